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
import type { Race, Topic } from '../race.ts'
import { copyRealFiles } from '../real-files.ts'
import { MIB } from '../work.ts'
import { rate } from './metrics.ts'

const PEER = "Helia's unixfs over blockstore-fs"
const [FULL_MIB, QUICK_MIB] = [210, 1]

export const addTopic: Topic = {
  id: 'add',
  title: 'Adding a directory of real files',
  races: ({ quick }) => [add(quick)],
}

/** Into pools of one backend, with all that is on by default: power-safe, every block hashed again by the pool. */
function add(quick: boolean): Race {
  const mebibytes = quick ? QUICK_MIB : FULL_MIB
  const metric = rate('MiB/s', { [PEER]: { atLeast: 3 } })
  return {
    id: 'add',
    title: `directory of ${mebibytes} MiB of real files into a pool`,
    metrics: { sqlite: metric, fs: metric },
    maxRounds: 2,
    warmUpMs: 0,
    async start() {
      const [source, stores] = [await temporaryFolder(), await temporaryFolder()]
      const { bytes } = await copyRealFiles(source.path, mebibytes * MIB, !quick)
      const speed = async (run: (path: string) => Promise<void>): Promise<number> =>
        bytes / MIB / (await timeIn(stores, run))
      return {
        contenders: {
          ours: async () => ({
            sqlite: await speed((path) => addByPool(sqlite(path), source.path)),
            fs: await speed((path) => addByPool(fs(path), source.path)),
          }),
          [PEER]: async () => {
            const figure = await speed((path) => addByHelia(path, source.path))
            return { sqlite: figure, fs: figure }
          },
        },
        async close() {
          await source.remove()
          await stores.remove()
        },
      }
    },
  }
}

/** Seconds, with a new store, whose opening and closing count. */
async function timeIn(stores: Folder, run: (path: string) => Promise<void>): Promise<number> {
  const path = stores.fresh('store')
  const began = performance.now()
  await run(path)
  const seconds = (performance.now() - began) / 1_000
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { recursive: true, force: true })
  return seconds
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
