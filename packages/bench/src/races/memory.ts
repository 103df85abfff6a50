import { memory } from '@blockpool/core'
import { MemoryBlockstore } from 'blockstore-core'
import type { Topic } from '../race.ts'
import { blockstore } from '../stores/blockstore.ts'
import { ours } from '../stores/store.ts'
import { type Goals, sizes, verbRace, widths } from './verbs.ts'

const peer = 'blockstore-core Memory'
const goals: Goals = { put: { [peer]: { atLeast: 3 } }, get: { [peer]: { atLeast: 3 } } }

export const memoryTopic: Topic = {
  id: 'memory',
  title: 'Memory',
  races: ({ quick }) =>
    sizes.flatMap((bytes) =>
      widths.map((atOnce) =>
        verbRace({
          id: 'memory',
          title: 'memory()',
          bytes,
          atOnce,
          blocks: Math.ceil((quick ? 20_000 : 50_000) / (bytes / 1_024) ** 0.7),
          ...(bytes === 1_024 && { goals }),
          stores: async () => ({
            stores: { ours: await ours(memory()), [peer]: blockstore(new MemoryBlockstore()) },
          }),
        }),
      ),
    ),
}
