import { type Block, createPool, memory, type StoragePool } from '@blockpool/core'
import { replicated } from '@blockpool/replicated'
import { MemoryBlockstore, TieredBlockstore } from 'blockstore-core'
import type { Race, Topic } from '../race.ts'
import { blockstore } from '../stores/blockstore.ts'
import { ours } from '../stores/store.ts'
import { digest, MIB, makeBlocks, perOperation, renewed, sizeName } from '../work.ts'
import { MEMORY_WARM_UP_MS } from './memory.ts'
import { rate } from './metrics.ts'
import { type Goals, verbRaces } from './verbs.ts'

const peer = 'TieredBlockstore of two'
const goals: Goals = { put: { [peer]: { atLeast: 2 } }, get: { [peer]: { atLeast: 2 } } }

export const replicatedTopic: Topic = {
  id: 'replicated',
  title: 'Two copies in memory',
  races: ({ quick }) => [
    ...verbRaces(
      {
        id: 'replicated',
        title: 'pool, replicated over two memory(), without verification',
        warmUpMs: MEMORY_WARM_UP_MS,
        quick,
        goals: (bytes) => (bytes === 1_024 ? goals : {}),
        stores: async () => ({
          stores: { ours: await ours(await pool(false)), [peer]: blockstore(tiered()) },
        }),
      },
      (bytes) => Math.max(64, Math.ceil(2_000 / (bytes / 1_024) ** 0.45)),
    ),
    ...[1_024, 65_536, 1_048_576].map((bytes) => verified(bytes, quick)),
  ],
}

/** The peer verifies nothing; what hashing alone allows stands beside it. */
function verified(bytes: number, quick: boolean): Race {
  const blocks = makeBlocks(Math.min(2_000, Math.ceil((16 * MIB) / bytes)), bytes)
  const speed = async (operation: (block: Block) => Promise<unknown>): Promise<number> =>
    bytes / MIB / (await perOperation(renewed(blocks), { atOnce: 1, quick }, operation))
  return {
    id: `replicated-verified/${sizeName(bytes)}`,
    title: `pool, replicated over two memory(), verified, ${sizeName(bytes)}`,
    metrics: { put: rate('MiB/s'), get: rate('MiB/s') },
    async start() {
      const store = await pool(true)
      const other = blockstore(tiered())
      const hashing = async ({ bytes }: Block) => digest(bytes)
      return {
        contenders: {
          ours: async () => ({
            put: await speed((block) => store.put(block)),
            get: await speed(({ cid }) => store.get(cid)),
          }),
          [peer]: async () => ({
            put: await speed((block) => other.put(block)),
            get: await speed(({ cid }) => other.get(cid)),
          }),
          'SHA-256': async () => ({ put: await speed(hashing), get: await speed(hashing) }),
        },
        close: () => store.close(),
      }
    },
  }
}

function pool(verify: boolean): Promise<StoragePool> {
  return createPool({
    strategy: replicated(),
    backends: { a: { backend: memory() }, b: { backend: memory() } },
    verifyGets: verify,
    verifyPuts: verify,
  })
}

function tiered(): TieredBlockstore {
  return new TieredBlockstore([new MemoryBlockstore(), new MemoryBlockstore()])
}
