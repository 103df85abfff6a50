import { memory } from '@blockpool/core'
import { MemoryBlockstore } from 'blockstore-core'
import type { Topic } from '../race.ts'
import { blockstore } from '../stores/blockstore.ts'
import { ours } from '../stores/store.ts'
import { type Goals, type Stores, verbRaces } from './verbs.ts'

const peer = 'MemoryBlockstore'
const goals: Goals = { put: { [peer]: { atLeast: 3 } }, get: { [peer]: { atLeast: 3 } } }

/** Calls in memory take so little of a lap that it has to be a long one before they are compiled for good. */
export const MEMORY_WARM_UP_MS = 3_000

export const memoryTopic: Topic = {
  id: 'memory',
  title: 'Memory',
  races: ({ quick }) =>
    verbRaces(
      {
        id: 'memory',
        title: 'memory()',
        warmUpMs: MEMORY_WARM_UP_MS,
        quick,
        goals: (bytes) => (bytes === 1_024 ? goals : {}),
        stores: memoryStores,
      },
      (bytes) => Math.max(64, Math.ceil(2_000 / (bytes / 1_024) ** 0.45)),
    ),
}

export async function memoryStores(): Promise<Stores> {
  return { stores: { ours: await ours(memory()), [peer]: blockstore(new MemoryBlockstore()) } }
}
