import { describe, expect, test } from 'vitest'
import { createRegistry } from '../../config/src/index.ts'
import { consistentHash } from '../consistent-hash/src/index.ts'
import { costAware } from '../cost-aware/src/index.ts'
import { latencyAware } from '../latency-aware/src/index.ts'
import { leastLoaded } from '../least-loaded/src/index.ts'
import { replicated, plugin as replicatedPlugin } from '../replicated/src/index.ts'
import { roundRobin } from '../round-robin/src/index.ts'
import { sizeBased, plugin as sizeBasedPlugin } from '../size-based/src/index.ts'
import { alike, candidates, many, order, read, shares, without, write } from './candidates.ts'

const KiB = 1_024

describe('a large tier replicated over two', () => {
  const strategy = sizeBased({ within: [{ fromBytes: 64 * KiB, strategy: replicated({ copies: 2 }) }] })
  const among = candidates({
    hot: {},
    cold1: { sizeThresholdBytes: 64 * KiB },
    cold2: { sizeThresholdBytes: 64 * KiB },
    cold3: { sizeThresholdBytes: 64 * KiB },
  })

  test('large blocks get two copies in the large tier', () => {
    const request = write({ size: 64 * KiB })
    expect(strategy.copies?.(request)).toBe(2)
    expect(order(strategy, request, among)).toEqual(['cold1', 'cold2', 'cold3', 'hot'])
  })

  test('small blocks get the copies of the pool, in the small tier', () => {
    const request = write({ size: 64 * KiB - 1 })
    expect(strategy.copies?.(request)).toBeUndefined()
    expect(order(strategy, request, among)).toEqual(['hot', 'cold1', 'cold2', 'cold3'])
  })

  test('from configuration it is the same', async () => {
    const registry = createRegistry([sizeBasedPlugin, replicatedPlugin])
    const within = [{ fromBytes: 64 * KiB, strategy: { type: 'replicated', copies: 2 } }]
    const configured = await registry.strategy({ type: 'size-based', within })
    for (const size of [64 * KiB - 1, 64 * KiB]) {
      const request = write({ size })
      expect(configured.copies?.(request)).toBe(strategy.copies?.(request))
      expect(order(configured, request, among)).toEqual(order(strategy, request, among))
    }
  })

  test('when two of the large tier are down the second copy goes to the small tier, and two are still wanted', () => {
    const request = write({ size: 64 * KiB })
    expect(strategy.copies?.(request)).toBe(2)
    expect(order(strategy, request, without(among, 'cold1', 'cold3'))).toEqual(['cold2', 'hot'])
  })

  test('the tiers show through another strategy around them', () => {
    const outer = replicated({ copies: 3, strategy })
    const request = write({ size: 64 * KiB })
    const tiers = outer.rank(request, among).map((each) => outer.tier?.(request, each))
    expect(tiers.slice(0, 3)).toEqual([tiers[0], tiers[0], tiers[0]])
    expect(tiers[3]).not.toBe(tiers[0])
  })
})

describe('strategies inside tiers', () => {
  test('consistent hashing spreads a tier evenly, and reads find it in the same order', () => {
    const strategy = sizeBased({ strategy: consistentHash() })
    const among = alike(6).map((each, i) => ({ ...each, sizeThresholdBytes: i < 3 ? 0 : KiB }))
    const share = shares(strategy, many(30_000, write({ size: 2 * KiB })), among)
    for (const id of ['b3', 'b4', 'b5']) expect(share[id]).toBeCloseTo(1 / 3, 1)
    for (const block of many(100, write({ size: 2 * KiB }))) {
      const placed = order(strategy, block, among).filter((id) => id >= 'b3')
      const asked = order(strategy, { ...block, op: 'read', size: undefined }, among).filter(
        (id) => id >= 'b3',
      )
      expect(asked).toEqual(placed)
    }
  })

  test('two draws balance each tier by itself', () => {
    const strategy = sizeBased({ strategy: leastLoaded() })
    const among = candidates({
      s1: { inFlight: 1 },
      s2: {},
      l1: { sizeThresholdBytes: KiB, inFlight: 50 },
      l2: { sizeThresholdBytes: KiB, inFlight: 60 },
    })
    expect(order(strategy, write({ size: KiB }), among)).toEqual(['l1', 'l2', 's2', 's1'])
  })

  test('round-robin in a tier that gets every other block reaches half of an even number of backends', () => {
    const strategy = sizeBased({ strategy: roundRobin() })
    const everyOther = many(1_000).filter(({ turn }) => turn % 2 === 0)
    expect(shares(strategy, everyOther, alike(2))).toEqual({ b0: expect.closeTo(1), b1: 0 })
  })
})

describe('replicated over another order', () => {
  test('all copies, read from the quickest', () => {
    const strategy = replicated({ strategy: latencyAware() })
    const among = candidates({ a: { readLatencyMs: 9 }, b: { readLatencyMs: 1 } })
    expect(order(strategy, read({ random: 1 }), among)).toEqual(['b', 'a'])
    expect(strategy).toMatchObject({ type: 'replicated', stable: false })
  })

  test('two copies on the two cheapest', () => {
    const strategy = replicated({ copies: 2, strategy: costAware() })
    const among = candidates({ a: { costPerGb: 3 }, b: { costPerGb: 1 }, c: { costPerGb: 2 } })
    expect(order(strategy, write(), among).slice(0, 2)).toEqual(['b', 'c'])
    expect(strategy.stable).toBe(true)
  })
})
