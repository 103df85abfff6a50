import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { exportBlocks, importCar, readCar } from '@blockpool/car'
import { type Block, memory } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { CarBlockIterator } from '@ipld/car'
import Database from 'better-sqlite3'
import { LevelBlockstore } from 'blockstore-level'
import { type Folder, temporaryFolder } from '../folder.ts'
import type { Lap, Race, Topic } from '../race.ts'
import { realBlocks } from '../real-files.ts'
import { MIB } from '../work.ts'
import { rate } from './metrics.ts'

const LEVEL = 'blockstore-level, unsynced'
const BY_HAND = 'one transaction a batch by hand, FULL'
/** As many as the sqlite backend puts into one transaction. */
const BATCH = 256
const BLOCK_BYTES = 1_024

export const carTopic: Topic = {
  id: 'car',
  title: 'Import of a CAR file',
  races: ({ quick }) => [carRace(quick ? 4_000 : 100_000)],
}

function carRace(count: number): Race {
  return {
    id: 'car/import',
    title: `CAR of ${count.toLocaleString('en-US')} blocks of up to 1 KiB of real files into sqlite(), FULL`,
    metrics: {
      import: rate('blocks/s', {
        [LEVEL]: { atLeast: 1.2, limit: { by: BY_HAND, because: 'SQLite itself takes as long to sync' } },
        [BY_HAND]: { atLeast: 0.9 },
      }),
    },
    maxRounds: 5,
    async start() {
      const folder = await temporaryFolder()
      const car = folder.fresh('real.car')
      await writeCar(car, await realBlocks(count, BLOCK_BYTES))
      return {
        contenders: {
          ours: lap(folder, count, (path) => importByUs(path, car)),
          [LEVEL]: lap(folder, count, (path) => importByLevel(path, car)),
          [BY_HAND]: lap(folder, count, (path) => importByHand(path, car)),
        },
        close: folder.remove,
      }
    },
  }
}

async function writeCar(path: string, blocks: readonly Block[]): Promise<void> {
  const store = memory()
  for (const block of blocks) await store.put(block)
  const cids = blocks.map(({ cid }) => cid)
  await pipeline(exportBlocks(store, cids, { verify: false }), createWriteStream(path))
}

/** Each into a new store; opening and closing it counts. */
function lap(folder: Folder, count: number, run: (path: string) => Promise<number>): Lap {
  return async () => {
    const path = folder.fresh('store')
    const began = performance.now()
    const imported = await run(path)
    const seconds = (performance.now() - began) / 1_000
    if (imported !== count) throw new Error(`${imported} blocks imported instead of ${count}`)
    for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { recursive: true, force: true })
    return { import: count / seconds }
  }
}

async function importByUs(path: string, car: string): Promise<number> {
  const store = sqlite(path)
  await store.open?.()
  const { blocks } = await importCar(store, createReadStream(car, { highWaterMark: MIB }))
  await store.close?.()
  return blocks
}

/** Its own way to put many; nothing is hashed. */
async function importByLevel(path: string, car: string): Promise<number> {
  const store = new LevelBlockstore(path)
  await store.open()
  const blocks = await CarBlockIterator.fromIterable(createReadStream(car, { highWaterMark: MIB }))
  let count = 0
  for await (const _ of store.putMany(blocks)) count++
  await store.close()
  return count
}

/** Reads and hashes as ours does; what is left of ours is the way from a block into the transaction. */
async function importByHand(path: string, car: string): Promise<number> {
  const db = new Database(path)
  db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE blocks (key BLOB UNIQUE NOT NULL, data BLOB NOT NULL) STRICT')
  const insert = db.prepare('INSERT OR IGNORE INTO blocks VALUES (?, ?)')
  const commit = db.transaction((batch: readonly Block[]) => {
    for (const { cid, bytes } of batch) insert.run(cid.multihash.bytes, bytes)
  })
  let [count, batch]: [number, Block[]] = [0, []]
  const { blocks } = await readCar(createReadStream(car, { highWaterMark: MIB }))
  for await (const block of blocks) {
    count++
    if (batch.push(block) < BATCH) continue
    commit(batch)
    batch = []
  }
  commit(batch)
  db.close()
  return count
}
