import type { Block } from '@blockpool/core'
import { collectGarbage } from '../garbage.ts'
import type { Field, Figures, Goal, Lap, Metric, Race, Server } from '../race.ts'
import type { Store } from '../stores/store.ts'
import { leastSeconds, makeBlocks, renewed, sizeName, timed } from '../work.ts'

const sizes = [1_024, 16_384, 262_144, 1_048_576] as const
const widths = [1, 32] as const
/** Buffers of old blocks of this size are more than a minor collection frees. */
const LARGE = 262_144

export type Verb = 'put' | 'get' | 'has' | 'list' | 'delete'
export type Goals = Partial<Readonly<Record<Verb, Readonly<Record<string, Goal>>>>>

export interface VerbRace {
  /** Of the race, without size and width. */
  readonly id: string
  readonly title: string
  readonly bytes: number
  readonly atOnce: number
  /** Few enough that the caches of the processor, which both sides need for the blocks, are not what is measured. */
  readonly blocks: number
  readonly quick: boolean
  /** @default that of a race */
  readonly warmUpMs?: number
  readonly needs?: readonly Server[]
  /** @default true */
  readonly lists?: boolean
  readonly goals?: (bytes: number, atOnce: number) => Goals
  /** Empty stores by name; `ours` is first. */
  stores(): Promise<Stores>
}

export interface Stores {
  readonly stores: Readonly<Record<string, Store>> & { readonly ours: Store }
  /** Called when the stores are closed. */
  close?(): Promise<void>
}

/** Every size and width of a topic. */
export function verbRaces(
  race: Omit<VerbRace, 'bytes' | 'atOnce' | 'blocks'>,
  blocks: (bytes: number) => number,
): readonly Race[] {
  const all = sizes.flatMap((bytes) => widths.map((atOnce) => ({ bytes, atOnce })))
  // All code runs with the smallest at both widths and one of the larger.
  const some = all.filter(({ bytes, atOnce }) => bytes === 1_024 || (bytes === 262_144 && atOnce === 32))
  return (race.quick ? some : all).map((shape) =>
    verbRace({ ...race, ...shape, blocks: blocks(shape.bytes) }),
  )
}

/** Fewer large blocks than small ones: what takes a hard disk or a server about equally long. */
export function someBlocks(quick: boolean): (bytes: number) => number {
  return (bytes) => Math.max(16, Math.ceil((quick ? 60 : 800) / (bytes / 1_024) ** 0.45))
}

/** Every verb on stores that are empty before and after each lap. */
function verbRace(race: VerbRace): Race {
  const goals = race.goals?.(race.bytes, race.atOnce) ?? {}
  const metric = (verb: Verb): Metric => ({
    unit: 'ops/s',
    better: 'more',
    ...(goals[verb] && { goals: goals[verb] }),
  })
  return {
    id: `${race.id}/${sizeName(race.bytes)}/x${race.atOnce}`,
    title: `${race.title}, ${sizeName(race.bytes)}, ${race.atOnce} at once`,
    ...(race.needs && { needs: race.needs }),
    ...(race.warmUpMs !== undefined && { warmUpMs: race.warmUpMs }),
    ...(race.bytes >= LARGE && { collection: 'major' }),
    metrics: {
      put: metric('put'),
      get: metric('get'),
      has: metric('has'),
      ...(race.lists !== false && { list: metric('list') }),
      delete: metric('delete'),
    },
    async start() {
      const blocks = makeBlocks(race.blocks, race.bytes)
      return raceOf(await race.stores(), (store) => verbLap(store, blocks, race))
    },
  }
}

/** The same lap for every store. */
export function raceOf({ stores, close }: Stores, lap: (store: Store) => Promise<Figures>): Field {
  const laps = Object.entries(stores).map(([name, store]): [string, Lap] => [name, () => lap(store)])
  return {
    contenders: Object.fromEntries(laps) as Field['contenders'],
    async close() {
      for (const store of Object.values(stores)) await store.close()
      await close?.()
    },
  }
}

type Seconds = Record<Verb, number>

/** Passes over the same blocks; each verb has CIDs of its own, as calls of a program have. */
async function verbLap(store: Store, blocks: readonly Block[], race: VerbRace): Promise<Figures> {
  const total: Seconds = { put: 0, get: 0, has: 0, list: 0, delete: 0 }
  const sets = { put: renewed(blocks), get: renewed(blocks), has: renewed(blocks), delete: renewed(blocks) }
  const time = async (verb: keyof typeof sets, operation: (block: Block) => Promise<unknown>) => {
    total[verb] += await timed(sets[verb], race.atOnce, operation)
  }
  let done = 0
  do {
    await time('put', (block) => store.put(block))
    await time('get', ({ cid }) => store.get(cid))
    // The verb that comes next is not slowed by freeing what was read.
    collectGarbage('minor')
    await time('has', ({ cid }) => store.has(cid))
    if (done === 0) await assertStored(store, blocks)
    if (race.lists !== false) total.list += await listed(store, blocks.length)
    await time('delete', ({ cid }) => store.delete(cid))
    done += blocks.length
  } while (Object.values(total).reduce((sum, seconds) => sum + seconds) < leastSeconds(race.quick))
  const rates = Object.entries(total).map(([verb, seconds]) => [verb, done / seconds] as const)
  return Object.fromEntries(rates.filter(([, speed]) => Number.isFinite(speed)))
}

/** A contender that does not do the work is no contender. */
async function assertStored(store: Store, blocks: readonly Block[]): Promise<void> {
  for (const { cid, bytes } of blocks.slice(0, 20)) {
    const found = await store.get(cid)
    if (!found || Buffer.compare(found, bytes) !== 0) throw new Error('a block that was put is not got')
    if (!(await store.has(cid))) throw new Error('a block that was put is not there')
  }
}

async function listed(store: Store, expected: number): Promise<number> {
  if (!store.list) return 0
  const began = performance.now()
  const found = await store.list()
  const seconds = (performance.now() - began) / 1_000
  if (found !== expected) throw new Error(`${found} blocks listed instead of ${expected}`)
  return seconds
}
