import { latencyAware } from '@blockpool/latency-aware'
import { describe, expect, test } from 'vitest'
import { alike, candidates, many, order, read, shares, without, write } from '../../test/candidates.ts'

/** A number that does not explore. */
const random = 1

describe('latency-aware', () => {
  const among = candidates({
    disk: { readLatencyMs: 2, writeLatencyMs: 9 },
    cloud: { readLatencyMs: 40, writeLatencyMs: 5 },
    ram: { readLatencyMs: 0.01, writeLatencyMs: 0.02 },
  })

  test('a read goes to the backend that reads quickest', () => {
    expect(order(latencyAware(), read({ random }), among)).toEqual(['ram', 'disk', 'cloud'])
  })

  test('a write goes to the backend that writes quickest', () => {
    expect(order(latencyAware(), write({ random }), among)).toEqual(['ram', 'cloud', 'disk'])
  })

  test('equal latencies keep the order by priority, then id', () => {
    const equal = candidates({ a: {}, b: { priority: 200 }, c: {} })
    expect(order(latencyAware(), read({ random }), equal)).toEqual(['b', 'a', 'c'])
  })

  test('15 of 16 requests go to the quickest, and the others share the rest evenly', () => {
    const five = alike(5).map((each, i) => ({ ...each, readLatencyMs: 10 - i }))
    const share = shares(latencyAware(), many(64_000, read()), five)
    expect(share.b4).toBeCloseTo(15 / 16, 2)
    for (const id of ['b0', 'b1', 'b2', 'b3']) {
      expect(share[id]).toBeGreaterThan((0.9 / 16) * (1 / 4))
      expect(share[id]).toBeLessThan((1.1 / 16) * (1 / 4))
    }
  })

  test('an exploring request has the quickest second', () => {
    expect(order(latencyAware(), read({ random: 0 }), among)).toEqual(['disk', 'ram', 'cloud'])
    expect(order(latencyAware(), read({ random: 16 }), among)).toEqual(['cloud', 'ram', 'disk'])
  })

  test('one that was slow and has become quick is found by exploration', () => {
    const latencies: Record<string, number> = { a: 1, b: 50 }
    const seen = () =>
      candidates({ a: { readLatencyMs: latencies.a ?? 0 }, b: { readLatencyMs: latencies.b ?? 0 } })
    let first = 'a'
    for (const request of many(500, read())) {
      first = order(latencyAware(), request, seen())[0] ?? ''
      if (first === 'b') latencies.b = (latencies.b ?? 0) * 0.7 + 0.1 * 0.3
    }
    expect(latencies.b).toBeLessThan(1)
    expect(first).toBe('b')
  })

  test('when the quickest is full or down the next one takes its place', () => {
    expect(order(latencyAware(), read({ random }), without(among, 'ram'))).toEqual(['disk', 'cloud'])
  })

  test('the order is not stable: a block has no place of its own', () => {
    expect(latencyAware().stable).toBe(false)
  })
})
