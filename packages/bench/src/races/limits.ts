import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Block, memory } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { redis } from '@blockpool/redis'
import { sqlite } from '@blockpool/sqlite'
import { startRedis } from '@blockpool/test-services'
import type { Race, Topic } from '../race.ts'
import { ours } from '../stores/store.ts'
import { MIB, makeBlocks, perOperation, timed } from '../work.ts'
import { reading, syncing, writing } from './disk-limits.ts'
import { rate } from './metrics.ts'

const run = promisify(execFile)

export const limitsTopic: Topic = {
  id: 'limits',
  title: 'Beside what the machine allows',
  races: ({ quick }) => [
    copying(quick),
    writing('fs', quick, (path) => ours(fs({ path, durability: 'process' }))),
    writing('sqlite', quick, (path) => ours(sqlite({ path, synchronous: 'normal' }))),
    syncing('fs', quick, (path) => ours(fs(path))),
    syncing('sqlite', quick, (path) => ours(sqlite(path))),
    reading(quick),
    serving(quick),
  ],
}

/** memory() keeps references: bytes are read-only by contract. */
function copying(quick: boolean): Race {
  const blocks = makeBlocks(16, MIB)
  const target = new Uint8Array(MIB)
  const speed = async (operation: (block: Block) => Promise<unknown>): Promise<number> =>
    1 / (await perOperation(blocks, { atOnce: 1, quick }, operation))
  return {
    id: 'limits/memcpy',
    title: 'memory(), put of 1 MiB',
    metrics: { put: rate('MiB/s') },
    async start() {
      const store = await ours(memory())
      return {
        contenders: {
          ours: async () => ({ put: await speed((block) => store.put(block)) }),
          memcpy: async () => ({ put: await speed(async ({ bytes }) => target.set(bytes)) }),
        },
        close: async () => void (await store.close()),
      }
    },
  }
}

function serving(quick: boolean): Race {
  const blocks = makeBlocks(quick ? 1_000 : 10_000, 1_024)
  return {
    id: 'limits/redis-benchmark',
    title: 'redis(), 1 KiB, 32 at once',
    needs: ['redis'],
    metrics: { put: rate('ops/s'), get: rate('ops/s') },
    async start() {
      const server = await startRedis()
      const store = await ours(redis({ url: server.url }))
      return {
        contenders: {
          ours: async () => ({
            put: blocks.length / (await timed(blocks, 32, (block) => store.put(block))),
            get: blocks.length / (await timed(blocks, 32, ({ cid }) => store.get(cid))),
          }),
          'redis-benchmark': async () => benchmark(new URL(server.url).port, blocks.length),
        },
        async close() {
          await store.close()
          await server.stop()
        },
      }
    },
  }
}

async function benchmark(port: string, count: number): Promise<{ put: number; get: number }> {
  const options = ['-p', port, '-t', 'set,get', '-c', '32', '-d', '1024', '-n', String(count), '--csv']
  const { stdout } = await run('redis-benchmark', options)
  const of = (command: string): number =>
    Number(new RegExp(`^"${command}","([0-9.]+)"`, 'm').exec(stdout)?.[1])
  return { put: of('SET'), get: of('GET') }
}
