import { fs } from '@blockpool/fs'
import { temporaryFolder } from '../folder.ts'
import type { Topic } from '../race.ts'
import { blockstoreFs } from '../stores/blockstore-fs.ts'
import { cacache } from '../stores/cacache.ts'
import { ours, type Store } from '../stores/store.ts'
import { unstorageFs } from '../stores/unstorage.ts'
import { type Goals, type Stores, someBlocks, verbRaces } from './verbs.ts'

const peer = 'blockstore-fs'

export const fsTopic: Topic = {
  id: 'fs',
  title: 'Files, without fsync',
  races: ({ quick }) =>
    verbRaces({ id: 'fs', title: "fs(), 'process'", quick, goals, stores: unsynced }, someBlocks(quick)),
}

export const syncedFsTopic: Topic = {
  id: 'fs-synced',
  title: 'Files, with fsync',
  races: ({ quick }) =>
    verbRaces(
      { id: 'fs-synced', title: "fs(), 'power'", quick, goals: syncedGoals, stores: synced },
      someBlocks(quick),
    ),
}

function goals(bytes: number, atOnce: number): Goals {
  const get = atOnce === 1 ? undefined : { 1024: 3, 262144: 2 }[bytes]
  return {
    put: { [peer]: { atLeast: 1.5 } },
    ...(get && { get: { [peer]: { atLeast: get } } }),
    ...(bytes === 1_024 && { list: { [peer]: { atLeast: 5 } } }),
  }
}

function syncedGoals(_bytes: number, atOnce: number): Goals {
  return atOnce === 1 ? {} : { put: { [`${peer}, unsynced`]: { atLeast: 0.5 } } }
}

function unsynced(): Promise<Stores> {
  return inFolder(async (fresh) => ({
    ours: await ours(fs({ path: fresh('ours'), durability: 'process' })),
    [peer]: await blockstoreFs(fresh('blockstore-fs')),
    cacache: cacache(fresh('cacache')),
    'unstorage fs': unstorageFs(fresh('unstorage')),
  }))
}

function synced(): Promise<Stores> {
  return inFolder(async (fresh) => ({
    ours: await ours(fs({ path: fresh('ours'), durability: 'power' })),
    [`${peer}, unsynced`]: await blockstoreFs(fresh('blockstore-fs')),
  }))
}

async function inFolder(
  make: (fresh: (name: string) => string) => Promise<Record<string, Store> & { readonly ours: Store }>,
): Promise<Stores> {
  const folder = await temporaryFolder()
  return { stores: await make(folder.fresh), close: folder.remove }
}
