import { hash } from 'node:crypto'
import { type Backend, type Block, digestWords, LocationHints, memory } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { wordsAt } from '../digest-words.ts'
import { temporaryFolder } from '../folder.ts'
import type { Figures, Goal, Lap, Race, Topic } from '../race.ts'
import { cidOf, timed } from '../work.ts'
import { cost, rate } from './metrics.ts'

/** As 10^7 of 1 KiB would be 10 GB. */
const BYTES = 64
const [READS, WRITES, LISTED] = [5_000, 1_024, 100_000]
const AT_ONCE = 32
const BY_HAND = 'as many by hand'
const MISSED = 'the small table and one read of memory'
/** Puts in flight while a store is filled. */
const FILLING = 4_096

export const growthTopic: Topic = {
  id: 'growth',
  title: 'Growth from 10^4 to 10^7 blocks',
  races: ({ quick }) => [
    storeGrowth('sqlite', quick ? [1e3, 1e4] : [1e4, 1e5, 1e6, 1e7], {
      goal: { atLeast: 1 / 1.5 },
      open: (path) => sqlite(path),
      fillBy: unsynced,
      byHand: {
        open: sqliteByHand,
        because: 'in a tree of this size each key is on a page of its own, which no cache holds',
      },
    }),
    storeGrowth('fs', quick ? [1e2, 1e3] : [1e4, 1e5], {
      open: (path) => fs({ path, durability: 'process' }),
    }),
    storeGrowth('memory', quick ? [1e3, 1e4] : [1e4, 1e5, 1e6], { open: () => memory() }),
    hintsGrowth(quick ? [1e4, 1e5] : [1e4, 1e5, 1e6, 1e7]),
  ],
}

interface Growing {
  readonly goal?: Goal
  open(path: string): Backend
  /** A quicker way to fill the same store. */
  fillBy?(path: string): Promise<Filler>
  /** The same work on the same store without the backend: the limit of the goal. */
  readonly byHand?: { open(path: string): ByHand; readonly because: string }
}

interface ByHand {
  /** Makes so many blocks durable at once. */
  readonly put: (blocks: readonly Block[]) => void
  readonly get: (block: Block) => void
  readonly delete: (blocks: readonly Block[]) => void
  readonly close: () => void
}

interface Filler extends Pick<Backend, 'put'> {
  close(): Promise<void>
}

/** A store of each size, which stay as large as they are. */
function storeGrowth(id: string, sizes: readonly number[], growing: Growing): Race {
  const { goal, open, fillBy, byHand } = growing
  const [smallest, largest] = [sizes[0] ?? 0, sizes.at(-1) ?? 0]
  const limit = byHand && { limit: { by: BY_HAND, because: byHand.because } }
  const within = goal && { [nameOf(smallest)]: { ...goal, ...limit } }
  return {
    id: `growth/${id}`,
    title: `${id}(), blocks of ${BYTES} bytes, ${nameOf(largest)}`,
    metrics: {
      put: rate('ops/s', within),
      get: rate('ops/s', within),
      has: rate('ops/s'),
      list: rate('CIDs/s'),
    },
    maxRounds: 5,
    async start() {
      const folder = await temporaryFolder()
      const paths = new Map(sizes.map((size) => [size, folder.fresh(id)]))
      const stores = new Map<number, Backend>()
      for (const [size, path] of paths) stores.set(size, await filled(path, size, open, fillBy))
      const hand = byHand?.open(paths.get(largest) as string)
      return {
        contenders: {
          ...bySize(sizes, (size) => () => storeLap(stores.get(size) as Backend, size)),
          ...(hand && { [BY_HAND]: () => handLap(hand, largest) }),
        },
        async close() {
          hand?.close()
          for (const store of stores.values()) await store.close?.()
          await folder.remove()
        },
      }
    },
  }
}

function hintsGrowth(sizes: readonly number[]): Race {
  const [smallest, largest] = [sizes[0] ?? 0, sizes.at(-1) ?? 0]
  const limit = {
    by: MISSED,
    because:
      "a large table does not fit the processor's cache, and one read of memory costs more than the rest",
  }
  const within = { [nameOf(smallest)]: { atMost: 1.5, limit } }
  return {
    id: 'growth/hints',
    title: `location hints, ${nameOf(largest)}`,
    metrics: {
      'look-up': cost('ns', within),
      add: cost('ns'),
      memory: cost('bytes a block', { none: { of: 'ours', atMost: 8 } }),
    },
    async start() {
      const tables = new Map(sizes.map((size) => [size, filledHints(size)]))
      const table = (size: number): LocationHints => tables.get(size) as LocationHints
      return {
        contenders: {
          ...bySize(sizes, (size) => () => hintsLap(table(size), size)),
          [MISSED]: missedLap(table(smallest), smallest, table(largest).byteLength),
        },
        close: async () => {},
      }
    },
  }
}

/** Ours is the largest; the smaller ones are what it is compared with. */
function bySize(
  sizes: readonly number[],
  lap: (size: number) => Lap,
): Record<string, Lap> & { readonly ours: Lap } {
  const smaller = sizes.slice(0, -1).map((size): [string, Lap] => [nameOf(size), lap(size)])
  return { ours: lap(sizes.at(-1) ?? 0), ...Object.fromEntries(smaller) }
}

function nameOf(size: number): string {
  return `10^${Math.log10(size)} blocks`
}

/** The same block for the same number, in every store. */
function blockAt(i: number): Block {
  const bytes = new Uint8Array(hash('sha512', `block ${i}`, 'buffer')).subarray(0, BYTES)
  return { cid: cidOf(bytes), bytes }
}

/** Waits for no disk while it fills; the file is the same as any other of the backend. */
async function unsynced(path: string): Promise<Filler> {
  const database = new Database(path)
  database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
  database.exec('PRAGMA cache_size = -1000000; PRAGMA locking_mode = EXCLUSIVE')
  const backend = sqlite({ database })
  await backend.open?.()
  return {
    put: (block) => backend.put(block),
    async close() {
      await backend.close?.()
      database.close()
    },
  }
}

async function filled(
  path: string,
  size: number,
  open: Growing['open'],
  fillBy: Growing['fillBy'],
): Promise<Backend> {
  const store = open(path)
  if (!fillBy) await store.open?.()
  const filler = await fillBy?.(path)
  for (let at = 0; at < size; at += FILLING) {
    const portion = Array.from({ length: Math.min(FILLING, size - at) }, (_, i) => blockAt(at + i))
    await Promise.all(portion.map((block) => (filler ?? store).put(block)))
  }
  await filler?.close()
  if (fillBy) await store.open?.()
  return store
}

function sqliteByHand(path: string): ByHand {
  const database = new Database(path)
  database.pragma('synchronous = FULL')
  const insert = database.prepare('INSERT INTO blocks (key, data) VALUES (?, ?)')
  const select = database.prepare('SELECT data FROM blocks WHERE key = ?')
  const remove = database.prepare('DELETE FROM blocks WHERE key = ?')
  return {
    put: database.transaction((blocks: readonly Block[]) => {
      for (const { cid, bytes } of blocks) insert.run(cid.multihash.bytes, bytes)
    }),
    get({ cid }) {
      if (!select.get(cid.multihash.bytes)) throw new Error('a block is not there')
    },
    delete: database.transaction((blocks: readonly Block[]) => {
      for (const { cid } of blocks) remove.run(cid.multihash.bytes)
    }),
    close: () => void database.close(),
  }
}

async function handLap(hand: ByHand, size: number): Promise<Figures> {
  const { stored, added } = sampleOf(size)
  const batches = Array.from({ length: WRITES / AT_ONCE }, (_, i) =>
    added.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  )
  const put = WRITES / seconds(batches, hand.put)
  const get = READS / seconds(stored, hand.get)
  hand.delete(added)
  return { put, get }
}

function seconds<T>(items: readonly T[], work: (item: T) => void): number {
  const began = performance.now()
  for (const item of items) work(item)
  return (performance.now() - began) / 1_000
}

/** Blocks of a store, in no order, and others. */
function sampleOf(size: number): { readonly stored: readonly Block[]; readonly added: readonly Block[] } {
  return {
    stored: Array.from({ length: READS }, () => blockAt(Math.floor(Math.random() * size))),
    added: Array.from({ length: WRITES }, (_, i) => blockAt(size + i)),
  }
}

async function storeLap(store: Backend, size: number): Promise<Figures> {
  const { stored, added } = sampleOf(size)
  const put = WRITES / (await timed(added, AT_ONCE, (block) => store.put(block)))
  const get = READS / (await timed(stored, AT_ONCE, ({ cid }) => store.get(cid)))
  const has = READS / (await timed(stored, AT_ONCE, ({ cid }) => store.has(cid)))
  await timed(added, AT_ONCE, ({ cid }) => store.delete(cid))
  return { put, get, has, list: await listSpeed(store) }
}

/** Of the first blocks alone: all of 10^7 take 20 s. */
async function listSpeed(store: Backend): Promise<number> {
  let found = 0
  const began = performance.now()
  for await (const _ of store.list()) if (++found === LISTED) break
  return (found / (performance.now() - began)) * 1_000
}

function filledHints(size: number): LocationHints {
  const table = new LocationHints(Math.ceil(size * 1.1), 1)
  for (let i = 0; i < size; i++) table.add(wordsAt(i), i % 3)
  return table
}

async function hintsLap(table: LocationHints, size: number): Promise<Figures> {
  const looked = Array.from({ length: 100_000 }, () => wordsAt(Math.floor(Math.random() * size)))
  const added = Array.from({ length: 1_000 }, (_, i) => digestWords(blockAt(size + i).cid))
  let found = 0
  const look = nanosEach(looked, (words) => {
    found += table.get(words).length
  })
  if (found < looked.length) throw new Error('blocks that were added are not found')
  const add = nanosEach(added, (words) => table.add(words, 1))
  for (const words of added) table.delete(words)
  return { 'look-up': look, add, memory: table.byteLength / table.size }
}

/** A look-up in the small table, and one read of a place in as much memory as the large one has. */
function missedLap(table: LocationHints, size: number, byteLength: number): Lap {
  const memory = new Uint32Array(byteLength / 4).fill(1)
  return async () => {
    const looked = Array.from({ length: 100_000 }, () => wordsAt(Math.floor(Math.random() * size)))
    const places = Uint32Array.from(looked, () => Math.floor(Math.random() * memory.length))
    let [found, next] = [0, 0]
    const look = nanosEach(looked, (words) => {
      found += table.get(words).length * (memory[places[next++] ?? 0] ?? 0)
    })
    if (found < looked.length) throw new Error('blocks that were added are not found')
    return { 'look-up': look }
  }
}

function nanosEach<T>(items: readonly T[], operation: (item: T) => void): number {
  const began = performance.now()
  for (const item of items) operation(item)
  return ((performance.now() - began) * 1e6) / items.length
}
