import { execFile } from 'node:child_process'
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Block, memory } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { redis } from '@blockpool/redis'
import { sqlite } from '@blockpool/sqlite'
import { startRedis } from '@blockpool/test-services'
import { temporaryFolder } from '../folder.ts'
import type { Race, Topic } from '../race.ts'
import { ours, type Store } from '../stores/store.ts'
import { MIB, makeBlocks, perOperation, timed } from '../work.ts'
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

/** New blocks each time, none of them synced. */
function writing(id: string, quick: boolean, make: (path: string) => Promise<Store>): Race {
  const blocks = makeBlocks(quick ? 8 : 64, MIB)
  return {
    id: `limits/sequential-write/${id}`,
    title: `${id}(), put of 1 MiB, 32 at once, unsynced`,
    metrics: { put: rate('MiB/s') },
    async start() {
      const folder = await temporaryFolder()
      const store = await make(folder.fresh(id))
      const file = await open(folder.fresh('sequential'), 'w')
      return {
        contenders: {
          ours: async () => {
            const seconds = await timed(blocks, 32, (block) => store.put(block))
            await timed(blocks, 32, ({ cid }) => store.delete(cid))
            return { put: blocks.length / seconds }
          },
          'sequential write': async () => {
            const seconds = await timed(blocks, 1, ({ bytes }) => file.write(bytes))
            await file.truncate()
            return { put: blocks.length / seconds }
          },
        },
        async close() {
          await store.close()
          await file.close()
          await folder.remove()
        },
      }
    },
  }
}

/** Each put waits for the device. */
function syncing(id: string, quick: boolean, make: (path: string) => Promise<Store>): Race {
  const blocks = makeBlocks(quick ? 50 : 400, 1_024)
  return {
    id: `limits/fsync/${id}`,
    title: `${id}(), put of 1 KiB, one at once, synced`,
    metrics: { put: rate('ops/s') },
    async start() {
      const folder = await temporaryFolder()
      const store = await make(folder.fresh(id))
      const file = await open(folder.fresh('synced'), 'w')
      return {
        contenders: {
          ours: async () => {
            const seconds = await timed(blocks, 1, (block) => store.put(block))
            await timed(blocks, 32, ({ cid }) => store.delete(cid))
            return { put: blocks.length / seconds }
          },
          'write and fsync': async () => ({
            put:
              blocks.length /
              (await timed(blocks, 1, async ({ bytes }) => {
                await file.write(bytes)
                await file.sync()
              })),
          }),
        },
        async close() {
          await store.close()
          await file.close()
          await folder.remove()
        },
      }
    },
  }
}

function reading(quick: boolean): Race {
  const blocks = makeBlocks(quick ? 2_000 : 50_000, 64)
  const FOLDERS = 1_024
  return {
    id: 'limits/readdir',
    title: 'fs(), list',
    metrics: { list: rate('names/s') },
    maxRounds: 5,
    async start() {
      const folder = await temporaryFolder()
      const store = await ours(fs({ path: folder.fresh('fs'), durability: 'process' }))
      await timed(blocks, 32, (block) => store.put(block))
      const raw = folder.fresh('raw')
      const shards = Array.from({ length: FOLDERS }, (_, i) => join(raw, String(i)))
      for (const shard of shards) await mkdir(shard, { recursive: true })
      await timed(blocks, 32, async ({ cid }) => {
        const name = cid.toString()
        const shard = shards[(cid.multihash.digest[0] ?? 0) * 4 + ((cid.multihash.digest[1] ?? 0) & 3)] ?? raw
        await (await open(join(shard, name), 'w')).close()
      })
      const speed = async (list: () => Promise<number>) => {
        const began = performance.now()
        const found = await list()
        if (found !== blocks.length) throw new Error(`${found} listed instead of ${blocks.length}`)
        return { list: (found / (performance.now() - began)) * 1_000 }
      }
      return {
        contenders: {
          ours: () => speed(async () => (await store.list?.()) ?? 0),
          'raw readdir': () =>
            speed(async () => {
              let found = 0
              for (const shard of shards) found += (await readdir(shard)).length
              return found
            }),
        },
        async close() {
          await store.close()
          await folder.remove()
        },
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
