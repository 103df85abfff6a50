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
  readonly folder: string
  readonly pool: StoragePool
  readonly index: RepoIndex
}

/** Two copies of each block on two of three backends, so that any one may fail. */
export async function openWorld(
  wrap: (id: string, backend: Backend) => Backend = (_, b) => b,
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-atproto-'))
  const pool = await createPool({
    copies: 2,
    journal: sqliteJournal(join(folder, 'journal.db')),
    backends: {
      hot: { backend: wrap('hot', sqlite({ path: join(folder, 'hot.db'), synchronous: 'normal' })) },
      cold: { backend: wrap('cold', fs({ path: join(folder, 'cold'), durability: 'process' })) },
      spare: {
        backend: wrap('spare', sqlite({ path: join(folder, 'spare.db'), synchronous: 'normal' })),
        priority: 50,
      },
    },
  })
  return {
    folder,
    pool,
    index: sqliteIndex(join(folder, 'index.db')),
    async [Symbol.asyncDispose]() {
      await pool.close()
      await rm(folder, { recursive: true })
    },
  }
}
