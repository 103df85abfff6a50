import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBackend } from '@blockpool/conformance/vitest'
import { consistentHash } from '@blockpool/consistent-hash'
import { byPriority, createPool, memory, type Strategy } from '@blockpool/core'
import { costAware } from '@blockpool/cost-aware'
import { latencyAware } from '@blockpool/latency-aware'
import { leastLoaded } from '@blockpool/least-loaded'
import { replicated } from '@blockpool/replicated'
import { roundRobin } from '@blockpool/round-robin'
import { sizeBased } from '@blockpool/size-based'
import { sqlite } from '@blockpool/sqlite'

const strategies: readonly (() => Strategy)[] = [
  byPriority,
  roundRobin,
  () => sizeBased({ within: [{ fromBytes: 1_024, strategy: replicated({ copies: 2 }) }] }),
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
