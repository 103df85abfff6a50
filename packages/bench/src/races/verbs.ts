import type { Block } from '@blockpool/core'
import type { Figures, Goal, Lap, Metric, Race, Server } from '../race.ts'
import type { Store } from '../stores/store.ts'
import { makeBlocks, renewed, sizeName, timed } from '../work.ts'

export const sizes = [1_024, 16_384, 262_144, 1_048_576] as const
export const widths = [1, 32] as const

export type Verb = 'put' | 'get' | 'has' | 'list' | 'delete'
export type Goals = Partial<Readonly<Record<Verb, Readonly<Record<string, Goal>>>>>

export interface VerbRace {
  /** Of the race, without size and width. */
  readonly id: string
  readonly title: string
  readonly bytes: number
  readonly atOnce: number
  readonly blocks: number
  readonly needs?: readonly Server[]
  readonly goals?: Goals
  /** Empty stores by name; `ours` is first. */
  stores(): Promise<Stores>
}

export interface Stores {
  readonly stores: Readonly<Record<string, Store>> & { readonly ours: Store }
  /** Called when the stores are closed. */
  close?(): Promise<void>
}

/** Every verb on stores that are empty before and after each lap. */
export function verbRace(race: VerbRace): Race {
  const metric = (verb: Verb): Metric => ({
    unit: 'ops/s',
    better: 'more',
    ...(race.goals?.[verb] && { goals: race.goals[verb] }),
  })
  return {
    id: `${race.id}/${sizeName(race.bytes)}/x${race.atOnce}`,
    title: `${race.title}, ${sizeName(race.bytes)}, ${race.atOnce} at once`,
    ...(race.needs && { needs: race.needs }),
    metrics: {
      put: metric('put'),
      get: metric('get'),
      has: metric('has'),
      list: metric('list'),
      delete: metric('delete'),
    },
    async start() {
      const blocks = makeBlocks(race.blocks, race.bytes)
      const { stores, close } = await race.stores()
      const laps = Object.entries(stores).map(([name, store]): [string, Lap] => [
        name,
        () => verbLap(store, blocks, race.atOnce),
      ])
      return {
        contenders: Object.fromEntries(laps) as Record<string, Lap> & { ours: Lap },
        async close() {
          for (const store of Object.values(stores)) await store.close()
          await close?.()
        },
      }
    },
  }
}

async function verbLap(store: Store, blocks: readonly Block[], atOnce: number): Promise<Figures> {
  const rate = (seconds: number): number => blocks.length / seconds
  const [written, read, seen, gone] = [renewed(blocks), renewed(blocks), renewed(blocks), renewed(blocks)]
  let [bytes, found] = [0, 0]
  const put = await timed(written, atOnce, (block) => store.put(block))
  const get = await timed(read, atOnce, async ({ cid }) => {
    const length = (await store.get(cid))?.length ?? 0
    bytes += length
  })
  const has = await timed(seen, atOnce, async ({ cid }) => {
    if (await store.has(cid)) found++
  })
  const listing = await listed(store)
  const drop = await timed(gone, atOnce, ({ cid }) => store.delete(cid))
  assertEqual('bytes read', bytes, blocks.length * (blocks[0]?.bytes.length ?? 0))
  assertEqual('blocks found', found, blocks.length)
  if (listing) assertEqual('blocks listed', listing.count, blocks.length)
  return {
    put: rate(put),
    get: rate(get),
    has: rate(has),
    delete: rate(drop),
    ...(listing && { list: listing.count / listing.seconds }),
  }
}

async function listed(
  store: Store,
): Promise<{ readonly count: number; readonly seconds: number } | undefined> {
  if (!store.list) return undefined
  const began = performance.now()
  const count = await store.list()
  return { count, seconds: (performance.now() - began) / 1_000 }
}

/** A contender that does not do the work is no contender. */
function assertEqual(what: string, is: number, expected: number): void {
  if (is !== expected) throw new Error(`${what}: ${is} instead of ${expected}`)
}
