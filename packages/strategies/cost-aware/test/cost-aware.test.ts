import { costAware } from '@blockpool/cost-aware'
import { describe, expect, test } from 'vitest'
import { candidates, order, read, without, write } from '../../test/candidates.ts'

const MB = 1_000_000

describe('cost-aware', () => {
  /** Prices in the manner of object stores: one with dear requests and egress, one with dear storage. */
  const stores = {
    cold: { costPerGb: 0.004, costPerMillionReads: 10, costPerMillionWrites: 50, costPerGbEgress: 0.12 },
    warm: { costPerGb: 0.023, costPerMillionReads: 0.4, costPerMillionWrites: 5, costPerGbEgress: 0.09 },
  }

  test('storage, requests and egress over the whole life decide: 12 months, one read a month', () => {
    // 1 MB: cold 0.000048 + 0.00005 + 12 * 0.00013 = 0.001658; warm 0.000276 + 0.000005 + 12 * 0.0000904 = 0.0013658
    expect(order(costAware(), write({ size: MB }), candidates(stores))).toEqual(['warm', 'cold'])
  })

  test('a large block that is never read goes where storage is cheap', () => {
    const strategy = costAware({ readsPerMonth: 0 })
    // cold 0.000048 + 0.00005 = 0.000098; warm 0.000276 + 0.000005 = 0.000281
    expect(order(strategy, write({ size: MB }), candidates(stores))).toEqual(['cold', 'warm'])
  })

  test('a small block that is never read goes where a write is cheap', () => {
    const strategy = costAware({ readsPerMonth: 0 })
    // 45 dollars per million writes against 0.019 dollars per GB and month: equal at 197,368 bytes over 12 months.
    expect(order(strategy, write({ size: 197_000 }), candidates(stores))).toEqual(['warm', 'cold'])
    expect(order(strategy, write({ size: 198_000 }), candidates(stores))).toEqual(['cold', 'warm'])
  })

  test('the shorter a block is kept, the less storage counts', () => {
    const backends = candidates({ store: { costPerGb: 0.1 }, requests: { costPerMillionWrites: 500 } })
    expect(order(costAware({ months: 1 }), write({ size: MB }), backends)).toEqual(['store', 'requests'])
    expect(order(costAware({ months: 6 }), write({ size: MB }), backends)).toEqual(['requests', 'store'])
  })

  test('each further read a month adds a request and egress', () => {
    const backends = candidates({ egress: { costPerGbEgress: 0.01 }, storage: { costPerGb: 0.025 } })
    expect(order(costAware({ readsPerMonth: 2 }), write(), backends)).toEqual(['egress', 'storage'])
    expect(order(costAware({ readsPerMonth: 3 }), write(), backends)).toEqual(['storage', 'egress'])
  })

  test('prices below 0.001 dollars count', () => {
    const backends = candidates({ a: { costPerGb: 0.0009 }, b: { costPerGb: 0.0001 } })
    expect(order(costAware(), write(), backends)).toEqual(['b', 'a'])
  })

  test('a read goes where request and egress of 256 KiB are cheapest, whatever storage costs', () => {
    const backends = candidates({
      requests: { costPerMillionReads: 30 },
      egress: { costPerGbEgress: 0.1 }, // 26.2 dollars per million reads of 256 KiB
      storage: { costPerGb: 5 },
    })
    expect(order(costAware(), read(), backends)).toEqual(['storage', 'egress', 'requests'])
  })

  test('a backend without prices is free', () => {
    expect(order(costAware(), write(), candidates({ ...stores, disk: {} }))[0]).toBe('disk')
  })

  test('a price that is not a number is the dearest', () => {
    const backends = candidates(stores).map((each) =>
      each.id === 'cold' ? { ...each, costPerGb: Number.NaN } : each,
    )
    expect(order(costAware({ readsPerMonth: 0 }), write({ size: MB }), backends)).toEqual(['warm', 'cold'])
  })

  test('equal costs keep the order by priority, then id', () => {
    const backends = candidates({
      a: { costPerGb: 1 },
      b: { costPerGb: 1, priority: 200 },
      c: { costPerGb: 1 },
    })
    expect(order(costAware(), write(), backends)).toEqual(['b', 'a', 'c'])
  })

  test('when the cheapest is full or down the next cheapest takes its place', () => {
    const backends = candidates({ ...stores, disk: {} })
    expect(order(costAware(), write({ size: MB }), without(backends, 'disk'))).toEqual(['warm', 'cold'])
  })

  test('the order is stable: turn and random do not change it', () => {
    expect(costAware().stable).toBe(true)
    const orders = [1, 2, 3].map((n) =>
      order(costAware(), write({ turn: n, random: n * 16 }), candidates(stores)),
    )
    expect(orders[1]).toEqual(orders[0])
    expect(orders[2]).toEqual(orders[0])
  })

  test.each([
    { months: 0 },
    { months: Number.NaN },
    { months: Number.POSITIVE_INFINITY },
    { readsPerMonth: -1 },
    { readsPerMonth: Number.NaN },
  ])('%o is refused', (options) => {
    expect(() => costAware(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
  })
})
