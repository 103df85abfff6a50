import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fs } from '@blockpool/fs'
import { temporaryFolder } from '../folder.ts'
import type { Figures, Race, Topic } from '../race.ts'
import { median } from '../statistics.ts'
import { blockstoreFs } from '../stores/blockstore-fs.ts'
import { cacache } from '../stores/cacache.ts'
import { filesByHand } from '../stores/files-by-hand.ts'
import { ours, type Store } from '../stores/store.ts'
import { unstorageFs } from '../stores/unstorage.ts'
import { leastSeconds, makeBlocks, perOperation, renewed, timed } from '../work.ts'
import { cost, rate } from './metrics.ts'
import { type Goals, raceOf, type Stores, someBlocks, verbRaces } from './verbs.ts'

const peer = 'blockstore-fs'
const BY_HAND = 'files by hand'
const COPIES = 'copies in memory'
/** Stalls differ much from one measurement to the next: a lap is the median of so many. */
const STALLS = 7

export const fsTopic: Topic = {
  id: 'fs',
  title: 'Files, without fsync',
  races: ({ quick }) => [
    ...verbRaces(
      { id: 'fs', title: "fs(), 'process'", quick, lists: false, goals, stores: unsyncedFiles },
      someBlocks(quick),
    ),
    listing(quick),
    stall(quick),
  ],
}

export const syncedFsTopic: Topic = {
  id: 'fs-synced',
  title: 'Files, with fsync',
  races: ({ quick }) =>
    verbRaces(
      { id: 'fs-synced', title: "fs(), 'power'", quick, lists: false, goals: syncedGoals, stores: synced },
      someBlocks(quick),
    ),
}

function goals(bytes: number, atOnce: number): Goals {
  const get = atOnce === 1 ? undefined : { 1024: 3, 262144: 2 }[bytes]
  return {
    put: {
      [peer]: { atLeast: 1.5, limit: { by: BY_HAND, because: 'what is left are calls of the kernel' } },
    },
    ...(get && { get: { [peer]: { atLeast: get } } }),
  }
}

function syncedGoals(_bytes: number, atOnce: number): Goals {
  const limit = { by: `${BY_HAND}, synced`, because: 'the disk takes so long to sync a file and its folder' }
  return atOnce === 1 ? {} : { put: { [`${peer}, unsynced`]: { atLeast: 0.5, limit } } }
}

/** All of a store: a few blocks in its 1,024 folders would say nothing. */
function listing(quick: boolean): Race {
  const count = quick ? 2_000 : 50_000
  return {
    id: 'fs-list',
    title: `fs(), list of ${count.toLocaleString('en-US')} CIDs`,
    metrics: {
      list: rate('CIDs/s', {
        [peer]: {
          atLeast: 5,
          limit: { by: BY_HAND, because: 'it reads the names and makes no CIDs of them' },
        },
      }),
    },
    maxRounds: 5,
    async start() {
      const { stores, close } = await unsyncedFiles()
      const blocks = makeBlocks(count, 64)
      for (const store of Object.values(stores)) await timed(blocks, 32, (block) => store.put(block))
      return raceOf({ stores, ...(close && { close }) }, async (store) => {
        const began = performance.now()
        const found = (await store.list?.()) ?? 0
        if (found !== count) throw new Error(`${found} listed instead of ${count}`)
        return { list: (found / (performance.now() - began)) * 1_000 }
      })
    },
  }
}

/**
 * How long nothing else runs while 32 reads are under way. What an idle process shows is the doing of the machine; what
 * copies in memory show is the garbage collector's, which has to free as much without a file being read.
 */
function stall(quick: boolean): Race {
  const limit = {
    by: BY_HAND,
    because:
      'the garbage collector frees as much memory at once, beside the threads that read, whoever reads',
  }
  const pace = { atOnce: 32, quick }
  const lap = async (work: () => Promise<unknown>): Promise<Figures> => {
    const stalls: number[] = []
    while (stalls.length < (quick ? 1 : STALLS)) stalls.push(await longestStall(work))
    return { stall: median(stalls) }
  }
  return {
    id: 'fs-stall',
    title: 'fs(), longest stall of the event loop, gets of 256 KiB, 32 at once',
    collection: 'major',
    metrics: { stall: cost('ms', { none: { of: 'ours', atMost: 5, limit } }) },
    async start() {
      const { stores, close } = await unsyncedFiles()
      const blocks = makeBlocks(quick ? 32 : 128, 262_144)
      for (const store of Object.values(stores)) await timed(blocks, 32, (block) => store.put(block))
      const field = raceOf({ stores, ...(close && { close }) }, (store) =>
        lap(() => perOperation(renewed(blocks), pace, ({ cid }) => store.get(cid))),
      )
      const idle = (): Promise<Figures> => lap(() => sleep(leastSeconds(quick) * 1_000))
      const memory = (): Promise<Figures> =>
        lap(() => perOperation(renewed(blocks), pace, ({ bytes }) => copied(bytes)))
      return {
        ...field,
        contenders: { ...field.contenders, 'an idle process': idle, [COPIES]: memory },
      }
    },
  }
}

/** What a get leaves to the garbage collector, in an event loop that goes round once for each. */
async function copied(bytes: Uint8Array): Promise<Uint8Array> {
  await new Promise(setImmediate)
  return Uint8Array.from(bytes)
}

/** In milliseconds. */
async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  await work()
  delays.disable()
  // The time between two looks, each a millisecond after the last one.
  return Math.max(0, delays.max / 1e6 - 1)
}

export function unsyncedFiles(): Promise<Stores> {
  return inFolder(async (fresh) => ({
    ours: await ours(fs({ path: fresh('ours'), durability: 'process' })),
    [peer]: await blockstoreFs(fresh('blockstore-fs')),
    cacache: cacache(fresh('cacache')),
    'unstorage fs': unstorageFs(fresh('unstorage')),
    [BY_HAND]: await filesByHand(fresh('by-hand'), { sync: false }),
  }))
}

function synced(): Promise<Stores> {
  return inFolder(async (fresh) => ({
    ours: await ours(fs({ path: fresh('ours'), durability: 'power' })),
    [`${peer}, unsynced`]: await blockstoreFs(fresh('blockstore-fs')),
    [`${BY_HAND}, synced`]: await filesByHand(fresh('by-hand'), { sync: true }),
  }))
}

async function inFolder(
  make: (fresh: (name: string) => string) => Promise<Record<string, Store> & { readonly ours: Store }>,
): Promise<Stores> {
  const folder = await temporaryFolder()
  return { stores: await make(folder.fresh), close: folder.remove }
}
