import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backend, createPool, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite, sqliteJournal } from '@blockpool/sqlite'
import type { RepoIndex } from '../../src/index.ts'
import { sqliteIndex } from '../../src/sqlite.ts'

/** A pool on disk and the index beside it. */
export interface World extends AsyncDisposable {
  readonly pool: StoragePool
  readonly index: RepoIndex
}

type Wrap = (id: string, backend: Backend) => Backend

/** Two copies of each block on two of three backends, so that any one may fail. */
export async function openPool(folder: string, wrap: Wrap = (_, backend) => backend): Promise<StoragePool> {
  const hot = sqlite({ path: join(folder, 'hot.db'), synchronous: 'normal' })
  const spare = sqlite({ path: join(folder, 'spare.db'), synchronous: 'normal' })
  return createPool({
    copies: 2,
    journal: sqliteJournal(join(folder, 'journal.db')),
    backends: {
      hot: { backend: wrap('hot', hot) },
      cold: { backend: wrap('cold', fs({ path: join(folder, 'cold'), durability: 'process' })) },
      spare: { backend: wrap('spare', spare), priority: 50 },
    },
  })
}

export function indexIn(folder: string): RepoIndex {
  return sqliteIndex(join(folder, 'index.db'))
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'blockpool-atproto-'))
}

export async function openWorld(wrap?: Wrap): Promise<World> {
  const folder = await temporaryFolder()
  const pool = await openPool(folder, wrap)
  return {
    pool,
    index: indexIn(folder),
    async [Symbol.asyncDispose]() {
      await pool.close()
      await rm(folder, { recursive: true })
    },
  }
}
