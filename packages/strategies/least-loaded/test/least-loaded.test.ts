import { leastLoaded } from '@blockpool/least-loaded'
import { describe, expect, test } from 'vitest'
import { alike, candidates, many, order, read, shares, without, write } from '../../test/candidates.ts'

describe('least-loaded', () => {
  test('of two candidates the one with the lower share of its capacity comes first, in every draw', () => {
    const among = candidates({
      a: { capacityBytes: 1_000_000, usedBytes: 500_000 },
      b: { capacityBytes: 10_000_000, usedBytes: 4_000_000 },
    })
    expect(shares(leastLoaded(), many(1_000), among)).toEqual({ a: 0, b: expect.closeTo(1) })
  })

  test('differences below a percent count', () => {
    const among = candidates({
      a: { capacityBytes: 1e12, usedBytes: 1_001 },
      b: { capacityBytes: 1e12, usedBytes: 1_000 },
    })
    expect(order(leastLoaded(), write(), among)).toEqual(['b', 'a'])
  })

  test('calls in flight add their share of the concurrency', () => {
    const among = candidates({
      a: { capacityBytes: 100, usedBytes: 10, concurrency: 10, inFlight: 5 },
      b: { capacityBytes: 100, usedBytes: 50, concurrency: 10, inFlight: 0 },
    })
    expect(order(leastLoaded(), write(), among)).toEqual(['b', 'a'])
  })

  test('without a capacity the share of all used bytes counts', () => {
    const among = candidates({ free: { usedBytes: 600 }, limited: { capacityBytes: 1_000, usedBytes: 400 } })
    expect(order(leastLoaded(), write(), among)).toEqual(['limited', 'free'])
    const later = candidates({ free: { usedBytes: 600 }, limited: { capacityBytes: 1_000, usedBytes: 900 } })
    expect(order(leastLoaded(), write(), later)).toEqual(['free', 'limited'])
  })

  test('a read goes by calls in flight, however full the backends are', () => {
    const among = candidates({
      full: { capacityBytes: 100, usedBytes: 99, concurrency: 10, inFlight: 1 },
      busy: { capacityBytes: 100, usedBytes: 0, concurrency: 10, inFlight: 2 },
    })
    expect(order(leastLoaded(), read(), among)).toEqual(['full', 'busy'])
  })

  test('equal loads are drawn evenly, for every copy', () => {
    const requests = many(40_000)
    for (const copies of [1, 2, 3]) {
      const share = shares(leastLoaded(), requests, alike(4), copies)
      for (const part of Object.values(share)) expect(part).toBeCloseTo(1 / 4, 2)
    }
  })

  test('no herd: 10,000 requests that see the same loads send at most 2 of n to the least loaded', () => {
    const among = alike(10).map((each, i) => ({ ...each, usedBytes: i * 1_000 }))
    const share = shares(leastLoaded(), many(10_000), among)
    expect(share.b0).toBeCloseTo(2 / 10, 1)
    expect(share.b1).toBeCloseTo(16 / 90, 1)
    expect(share.b9).toBe(0)
  })

  test('the most loaded comes last', () => {
    const among = alike(5).map((each, i) => ({ ...each, inFlight: i === 2 ? 9 : i }))
    for (const request of many(500)) expect(order(leastLoaded(), request, among).at(-1)).toBe('b2')
  })

  test('100,000 equal blocks leave the fullest of 10 backends within 5 blocks of the mean', () => {
    const used = fill(100_000, 10, 1)
    expect(Math.max(...used) - 10_000).toBeLessThanOrEqual(5)
  })

  test('with 2 copies the fullest stays within 5 blocks of the mean too', () => {
    const used = fill(50_000, 10, 2)
    expect(Math.max(...used) - 10_000).toBeLessThanOrEqual(5)
  })

  test('when the least loaded is full or down the next ones take its place', () => {
    const among = alike(3).map((each, i) => ({ ...each, inFlight: i }))
    for (const request of many(100)) {
      expect(order(leastLoaded(), request, without(among, 'b0'))).toEqual(['b1', 'b2'])
    }
  })

  test('the order is not stable: a block has no place of its own', () => {
    expect(leastLoaded().stable).toBe(false)
  })
})

/** Blocks on each backend after as many puts of one byte, with the loads always up to date. */
function fill(blocks: number, backends: number, copies: number): number[] {
  const among = alike(backends).map((each) => ({ ...each, usedBytes: 0 }))
  for (const request of many(blocks)) {
    for (const target of leastLoaded().rank(request, among).slice(0, copies)) target.usedBytes++
  }
  return among.map(({ usedBytes }) => usedBytes)
}
