import { createPool, memory } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { MemoryBlockstore } from 'blockstore-core'
import { temporaryFolder } from '../folder.ts'
import { bytesInUse } from '../garbage.ts'
import type { Lap, Race, Topic } from '../race.ts'
import { blockstore } from '../stores/blockstore.ts'
import { ours, type Store } from '../stores/store.ts'
import { makeBlocks } from '../work.ts'
import { cost } from './metrics.ts'

const BYTES = 64
const PORTION = 1_000

export const heldTopic: Topic = {
  id: 'held',
  title: 'Memory held',
  races: ({ quick }) => [held(quick ? 20_000 : 500_000), heldByPool(quick ? 20_000 : 500_000)],
}

/** Everything that stays in the process: keys, CIDs, views and the bytes themselves. */
function held(blocks: number): Race {
  return {
    id: 'held/memory',
    title: `memory held by blocks of ${BYTES} bytes`,
    metrics: { memory: cost('MB a million') },
    maxRounds: 3,
    async start() {
      return {
        contenders: {
          ours: lap(blocks, () => ours(memory())),
          MemoryBlockstore: lap(blocks, async () => blockstore(new MemoryBlockstore())),
        },
        close: async () => {},
      }
    },
  }
}

/**
 * Hints, stats and what is owed: nothing, here. SQLite's own cache is outside of Node's memory. A lap before the first
 * that counts: what is loaded once, and given back once, is more than the hints.
 */
function heldByPool(blocks: number): Race {
  return {
    id: 'held/pool',
    title: 'memory held by a pool over sqlite()',
    metrics: { memory: cost('MB a million') },
    maxRounds: 2,
    async start() {
      const folder = await temporaryFolder()
      const open = async (): Promise<Store> => {
        const backend = sqlite({ path: folder.fresh('held.db'), synchronous: 'off' })
        return ours(await createPool({ backends: { only: { backend } } }))
      }
      return { contenders: { ours: lap(blocks, open) }, close: folder.remove }
    },
  }
}

function lap(blocks: number, open: () => Promise<Store>): Lap {
  return async () => {
    const before = bytesInUse()
    const store = await open()
    for (let i = 0; i < blocks; i += PORTION) {
      await Promise.all(makeBlocks(PORTION, BYTES).map((block) => store.put(block)))
    }
    const bytes = (bytesInUse() - before) / blocks
    await store.close()
    return { memory: bytes }
  }
}
