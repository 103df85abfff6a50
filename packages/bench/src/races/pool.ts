import { type Backend, type Block, createPool, memory, type StoragePool } from '@blockpool/core'
import { redis } from '@blockpool/redis'
import { sqlite } from '@blockpool/sqlite'
import { startRedis } from '@blockpool/test-services'
import type { CID } from 'multiformats/cid'
import { temporaryFolder } from '../folder.ts'
import type { Field, Race, Topic } from '../race.ts'
import { ours } from '../stores/store.ts'
import { digest, MIB, makeBlocks, perOperation, renewed, sizeName } from '../work.ts'
import { MEMORY_WARM_UP_MS } from './memory.ts'
import { cost, rate } from './metrics.ts'

export const poolTopic: Topic = {
  id: 'pool',
  title: 'A pool',
  races: ({ quick }) => [
    overhead(quick),
    ...[1_024, 16_384, 65_536, 262_144, 1_048_576].map((bytes) => verified(bytes, quick)),
    absent(quick),
  ],
}

/** Deadline, abort, hints and stats are on, as always; the same signal goes to both sides. */
function overhead(quick: boolean): Race {
  const peer = 'the bare backend'
  const blocks = makeBlocks(2_000, 1_024)
  const { signal } = new AbortController()
  const lap = (store: Pick<Backend, 'get'>) => async () => ({
    x1:
      1e9 *
      (await perOperation(renewed(blocks), { atOnce: 1, quick }, ({ cid }) => store.get(cid, { signal }))),
    x32:
      1e9 *
      (await perOperation(renewed(blocks), { atOnce: 32, quick }, ({ cid }) => store.get(cid, { signal }))),
  })
  return {
    id: 'pool/get-unverified/1KiB',
    title: 'pool over one memory(), get of 1 KiB without verification',
    metrics: { x1: cost('ns', { [peer]: { atMost: 2.2 } }), x32: cost('ns', { [peer]: { atMost: 2.2 } }) },
    warmUpMs: MEMORY_WARM_UP_MS,
    async start() {
      const bare = memory()
      const pool = await createPool({
        backends: { ram: { backend: memory() } },
        verifyGets: false,
        verifyPuts: false,
      })
      for (const block of blocks) await Promise.all([bare.put(block), pool.put(block)])
      return { contenders: { ours: lap(pool), [peer]: lap(bare) }, close: () => pool.close() }
    },
  }
}

function verified(bytes: number, quick: boolean): Race {
  const peer = 'SHA-256'
  const blocks = makeBlocks(Math.min(2_000, (16 * MIB) / bytes), bytes)
  const lap = (operation: (block: Block) => Promise<unknown>) => async () => ({
    get: bytes / MIB / (await perOperation(blocks, { atOnce: 1, quick }, operation)),
  })
  return {
    id: `pool/get-verified/${sizeName(bytes)}`,
    title: `pool over one memory(), verified get of ${sizeName(bytes)}`,
    metrics: { get: rate('MiB/s', bytes >= 65_536 ? { [peer]: { atLeast: 0.9 } } : {}) },
    async start() {
      const pool = await createPool({ backends: { ram: { backend: memory() } } })
      for (const block of blocks) await pool.put(block)
      return {
        contenders: {
          ours: lap(({ cid }) => pool.get(cid)),
          [peer]: lap(async (block) => digest(block.bytes)),
        },
        close: () => pool.close(),
      }
    },
  }
}

const SLOWEST = 'the slowest of the three alone'
const BY_HAND = 'the three at once by hand'

function absent(quick: boolean): Race {
  const limit = {
    by: BY_HAND,
    because: 'sqlite answers on the thread that talks to redis: their times add up',
  }
  const goals = { [SLOWEST]: { atMost: 1.2, limit } }
  return {
    id: 'pool/has-absent',
    title: 'pool over memory(), sqlite() and redis(), has of an absent block',
    needs: ['redis'],
    metrics: { x1: cost('µs', goals), x32: cost('µs', goals) },
    warmUpMs: 2_000,
    start: () => absentField(quick),
  }
}

async function absentField(quick: boolean): Promise<Field> {
  const [stored, unknown] = [makeBlocks(1_000, 1_024), makeBlocks(quick ? 200 : 1_000, 16)]
  const [folder, server] = [await temporaryFolder(), await startRedis()]
  const backends = () =>
    [memory(), sqlite(folder.fresh('blocks.db')), redis({ url: `${server.url}` })] as const
  const alone = await Promise.all(backends().map(ours))
  const [ram, file, remote] = backends()
  const pool: StoragePool = await createPool({
    backends: { ram: { backend: ram }, file: { backend: file }, remote: { backend: remote } },
  })
  for (const block of stored) for (const store of [...alone, ram, file, remote]) await store.put(block)
  const micros = async (store: Pick<Backend, 'has'>, atOnce: number): Promise<number> =>
    1e6 * (await perOperation(renewed(unknown), { atOnce, quick }, ({ cid }) => store.has(cid)))
  const slowest = async (atOnce: number): Promise<number> => {
    let most = 0
    for (const store of alone) most = Math.max(most, await micros(store, atOnce))
    return most
  }
  const byHand = {
    has: async (cid: CID) => (await Promise.all(alone.map((store) => store.has(cid)))).some(Boolean),
  }
  return {
    contenders: {
      ours: async () => ({ x1: await micros(pool, 1), x32: await micros(pool, 32) }),
      [BY_HAND]: async () => ({ x1: await micros(byHand, 1), x32: await micros(byHand, 32) }),
      [SLOWEST]: async () => ({ x1: await slowest(1), x32: await slowest(32) }),
    },
    async close() {
      await pool.close()
      for (const store of alone) await store.close()
      await server.stop()
      await folder.remove()
    },
  }
}
