import { rm } from 'node:fs/promises'
import { type Backend, createPool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import { globSource, unixfs } from '@helia/unixfs'
import { importPaths } from 'blockpool'
import { FsBlockstore } from 'blockstore-fs'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { type Folder, temporaryFolder } from '../folder.ts'
import type { Lap, Race, Topic } from '../race.ts'
import { copyRealFiles } from '../real-files.ts'
import { MIB } from '../work.ts'
import { rate } from './metrics.ts'

const PEER = "Helia's unixfs over blockstore-fs"
const [FULL_MIB, QUICK_MIB] = [210, 4]

export const addTopic: Topic = {
  id: 'add',
  title: 'Adding a directory of real files',
  races: ({ quick }) => [add('sqlite', quick, (path) => sqlite(path)), add('fs', quick, (path) => fs(path))],
}

/** Into pools of one backend, with all that is on by default: power-safe, every block hashed again by the pool. */
function add(id: string, quick: boolean, backend: (path: string) => Backend): Race {
  return {
    id: `add/${id}`,
    title: `directory of ${quick ? QUICK_MIB : FULL_MIB} MiB of real files into ${id}()`,
    metrics: { add: rate('MiB/s', { [PEER]: { atLeast: 3 } }) },
    maxRounds: 3,
    async start() {
      const [source, stores] = [await temporaryFolder(), await temporaryFolder()]
      const { bytes } = await copyRealFiles(source.path, (quick ? QUICK_MIB : FULL_MIB) * MIB, !quick)
      return {
        contenders: {
          ours: lap(stores, bytes, (path) => addByPool(backend(path), source.path)),
          [PEER]: lap(stores, bytes, (path) => addByHelia(path, source.path)),
        },
        async close() {
          await source.remove()
          await stores.remove()
        },
      }
    },
  }
}

/** Each into a new store; opening and closing it counts. */
function lap(stores: Folder, bytes: number, run: (path: string) => Promise<void>): Lap {
  return async () => {
    const path = stores.fresh('store')
    const began = performance.now()
    await run(path)
    const seconds = (performance.now() - began) / 1_000
    await rm(path, { recursive: true, force: true })
    return { add: bytes / MIB / seconds }
  }
}

async function addByPool(backend: Backend, source: string): Promise<void> {
  await using pool = await createPool({ backends: { only: { backend } } })
  await importPaths(pool, [source])
}

/** The same chunks and the same shape of nodes. */
async function addByHelia(path: string, source: string): Promise<void> {
  const blockstore = new FsBlockstore(path)
  await blockstore.open()
  const files = unixfs({ blockstore })
  const options = {
    cidVersion: 1,
    rawLeaves: true,
    chunker: fixedSize({ chunkSize: 262_144 }),
    layout: balanced({ maxChildrenPerNode: 174 }),
  } as const
  // Its source says of times that they may be undefined, and what takes it that they may lack.
  const candidates = globSource(source, '**/*', { hidden: true }) as Parameters<typeof files.addAll>[0]
  for await (const _ of files.addAll(candidates, options)) {
    // Every entry is yielded once it is stored.
  }
  blockstore.close()
}
