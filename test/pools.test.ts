import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBackend } from '@blockpool/conformance/vitest'
import { consistentHash } from '@blockpool/consistent-hash'
import { type Backend, byPriority, createPool, type Journal, memory, type Strategy } from '@blockpool/core'
import { costAware } from '@blockpool/cost-aware'
import { fs } from '@blockpool/fs'
import { latencyAware } from '@blockpool/latency-aware'
import { leastLoaded } from '@blockpool/least-loaded'
import { redis } from '@blockpool/redis'
import { replicated } from '@blockpool/replicated'
import { roundRobin } from '@blockpool/round-robin'
import { s3 } from '@blockpool/s3'
import { sizeBased } from '@blockpool/size-based'
import { sqlite, sqliteJournal } from '@blockpool/sqlite'
import {
  type RedisServer,
  redisNeeded,
  type S3Server,
  startQuickS3,
  startRedis,
} from '@blockpool/test-services'
import { afterAll, beforeAll, describe } from 'vitest'

const tiered = () => sizeBased({ within: [{ fromBytes: 1_024, strategy: replicated({ copies: 2 }) }] })
const strategies: readonly (() => Strategy)[] = [
  byPriority,
  roundRobin,
  tiered,
  leastLoaded,
  costAware,
  latencyAware,
  replicated,
  consistentHash,
]
const hashers = { 'cid/other-hash-functions': 'the pool verifies, and was given no hashers for these' }
const copiesCount = 'usage of a pool counts every copy'
const severalCopies = {
  'usage/counts-puts': copiesCount,
  'usage/counts-once': copiesCount,
  'usage/counts-deletes': copiesCount,
  'usage/outlives-close': copiesCount,
}

for (const strategy of strategies) {
  const { type } = strategy()
  for (const copies of [1, 2]) {
    const several = copies > 1 || type === 'replicated' || type === 'size-based'
    testBackend(
      `a pool of memory, ${copies} copies, ${type}`,
      async () => ({
        backend: await createPool({
          strategy: strategy(),
          copies,
          backends: {
            a: { backend: memory() },
            b: { backend: memory(), sizeThresholdBytes: 1_024 },
            c: { backend: memory(), sizeThresholdBytes: 1_024 },
          },
        }),
      }),
      { skip: { ...hashers, ...(several && severalCopies) } },
    )
  }
}

testBackend(
  'a pool of pools',
  async () => ({
    backend: await createPool({
      strategy: consistentHash(),
      backends: {
        left: { backend: await createPool({ backends: { l: { backend: memory() } } }) },
        right: {
          backend: await createPool({
            copies: 2,
            backends: { r: { backend: memory() }, s: { backend: memory() } },
          }),
        },
      },
    }),
  }),
  { skip: { ...hashers, ...severalCopies } },
)

testBackend(
  'a pool of two SQLite files, size-based',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blockpool-pools-'))
    const open = () =>
      createPool({
        strategy: sizeBased(),
        copies: 2,
        durability: 'process',
        backends: {
          hot: { backend: sqlite({ path: join(folder, 'hot.db'), synchronous: 'normal' }) },
          cold: {
            backend: sqlite({ path: join(folder, 'cold.db'), synchronous: 'normal' }),
            sizeThresholdBytes: 1_024,
          },
        },
      })
    return {
      backend: await open(),
      reopen: open,
      dispose: () => rm(folder, { recursive: true, force: true }),
    }
  },
  { skip: { ...hashers, ...severalCopies } },
)

/** Each pool has folders, keys and buckets of its own on the servers of this file. */
const mixes: readonly { readonly stores: readonly StoreName[]; readonly strategies: typeof strategies }[] = [
  { stores: ['memory', 'redis', 's3'], strategies },
  // Each case makes folders, which takes long: a strategy with tiers, one that writes everywhere, one that spreads.
  { stores: ['sqlite', 'fs', 'redis'], strategies: [tiered, replicated, consistentHash] },
]
type StoreName = 'memory' | 'sqlite' | 'fs' | 'redis' | 's3'

/** What is stored there is not synced to a device, which takes most of the time and is not what is tested. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

describe.runIf(redisNeeded())('over servers', () => {
  let server: RedisServer | undefined
  let emulator: S3Server
  let home: string

  beforeAll(async () => {
    home = await mkdtemp(join(inMemory, 'blockpool-pools-'))
    emulator = await startQuickS3()
    server = await startRedis()
  })
  afterAll(async () => {
    await server?.stop()
    await emulator.stop()
    await rm(home, { recursive: true, force: true })
  }, 60_000)

  async function makerOf(name: StoreName): Promise<() => Backend> {
    const own = randomUUID()
    switch (name) {
      case 'memory':
        return memory
      case 'fs':
        return () => fs({ path: join(home, own), durability: 'process' })
      case 'sqlite':
        return () => sqlite({ path: join(home, `${own}.db`), synchronous: 'normal' })
      case 'redis':
        return () => redis({ port: server?.port, keyPrefix: `${own}:` })
      case 's3': {
        const { endpoint, region, credentials } = emulator
        const bucket = await emulator.makeBucket()
        return () => s3({ bucket, endpoint, region, credentials })
      }
    }
  }

  /** What was cut off by an abort is waited for as long as a call may take. */
  function poolOf(
    makers: readonly (() => Backend)[],
    strategy: Strategy,
    journal: Journal | undefined,
  ): Promise<Backend> {
    const entries = makers.map((make, i) => {
      const backend = make()
      return [backend.type, { backend, sizeThresholdBytes: i * 1_024, timeoutMs: 2_000 }]
    })
    const backends = Object.fromEntries(entries)
    return createPool({ strategy, copies: 2, maxBlockBytes: 1_048_576, backends, journal })
  }

  for (const { stores, strategies } of mixes) {
    for (const strategy of strategies) {
      testBackend(
        `a pool of ${stores.join(', ')}, 2 copies, ${strategy().type}`,
        async () => {
          const makers = await Promise.all(stores.map(makerOf))
          if (stores.includes('memory')) return { backend: await poolOf(makers, strategy(), undefined) }
          const journal = join(home, `${randomUUID()}.db`)
          const open = (): Promise<Backend> => poolOf(makers, strategy(), sqliteJournal(journal))
          return { backend: await open(), reopen: open }
        },
        { skip: { ...hashers, ...severalCopies } },
      )
    }
  }
})
