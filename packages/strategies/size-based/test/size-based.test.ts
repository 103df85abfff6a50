import { byPriority, type Strategy } from '@blockpool/core'
import { sizeBased } from '@blockpool/size-based'
import { describe, expect, test } from 'vitest'
import { alike, candidate, candidates, order, read, shares, without, write } from '../../test/candidates.ts'

const KiB = 1_024
const MiB = 1_024 * KiB

describe('size-based', () => {
  const tiers = candidates({
    small: {},
    medium: { sizeThresholdBytes: 64 * KiB },
    large: { sizeThresholdBytes: MiB },
    huge: { sizeThresholdBytes: 4 * MiB },
  })

  test.each([
    [0, ['small', 'medium', 'large', 'huge']],
    [64 * KiB - 1, ['small', 'medium', 'large', 'huge']],
    [64 * KiB, ['medium', 'small', 'large', 'huge']],
    [MiB - 1, ['medium', 'small', 'large', 'huge']],
    [MiB, ['large', 'medium', 'small', 'huge']],
    [4 * MiB, ['huge', 'large', 'medium', 'small']],
    [16 * MiB, ['huge', 'large', 'medium', 'small']],
  ])('a block of %d bytes goes to %o', (size, expected) => {
    expect(order(sizeBased(), write({ size }), tiers)).toEqual(expected)
  })

  test('a block below every threshold goes to the lowest', () => {
    const among = candidates({ b: { sizeThresholdBytes: 500 }, a: { sizeThresholdBytes: 1_000 } })
    expect(order(sizeBased(), write({ size: 10 }), among)).toEqual(['b', 'a'])
  })

  test('any two priorities: only the threshold separates tiers', () => {
    const among = candidates({
      a: { priority: 50 },
      b: { priority: 1, sizeThresholdBytes: 100 },
      c: { priority: 900 },
    })
    expect(order(sizeBased(), write({ size: 100 }), among)).toEqual(['b', 'c', 'a'])
    expect(order(sizeBased(), write({ size: 99 }), among)).toEqual(['c', 'a', 'b'])
  })

  test('ten tiers are ten tiers', () => {
    const among = alike(10).map((each, i) => ({ ...each, sizeThresholdBytes: i * 100 }))
    const sizes = Array.from({ length: 1_000 }, (_, size) => write({ size }))
    expect(Object.values(shares(sizeBased(), sizes, among))).toEqual(Array(10).fill(expect.closeTo(1 / 10)))
  })

  test('when the tier that fits is full or down, blocks go to the next smaller one, then to the larger', () => {
    expect(order(sizeBased(), write({ size: MiB }), without(tiers, 'large'))).toEqual([
      'medium',
      'small',
      'huge',
    ])
    expect(order(sizeBased(), write({ size: 1 }), without(tiers, 'small'))).toEqual([
      'medium',
      'large',
      'huge',
    ])
  })

  test('inside a tier the order is by priority, then id', () => {
    const among = candidates({ a: {}, b: { priority: 200 }, c: {}, z: { sizeThresholdBytes: 10 } })
    expect(order(sizeBased(), write({ size: 5 }), among)).toEqual(['b', 'a', 'c', 'z'])
  })

  test('a read asks the tiers by ascending threshold', () => {
    expect(order(sizeBased(), read(), tiers)).toEqual(['small', 'medium', 'large', 'huge'])
  })

  test('backends of one threshold are one tier, and tiers are numbered as they are ranked', () => {
    const strategy = sizeBased()
    for (const request of [write({ size: 0 }), write({ size: MiB }), write({ size: 5 * MiB }), read()]) {
      const numbers = strategy.rank(request, tiers).map((each) => strategy.tier?.(request, each))
      expect(numbers).toEqual(numbers.toSorted((a, b) => Number(a) - Number(b)))
      expect(new Set(numbers).size).toBe(4)
      const [one, other] = [
        candidate('x', { sizeThresholdBytes: 7 }),
        candidate('y', { sizeThresholdBytes: 7 }),
      ]
      expect(strategy.tier?.(request, one)).toBe(strategy.tier?.(request, other))
    }
  })
})

describe('size-based with nested strategies', () => {
  const among = candidates({
    s1: {},
    s2: {},
    m1: { sizeThresholdBytes: 1_000 },
    m2: { sizeThresholdBytes: 1_000 },
    l1: { sizeThresholdBytes: 1_000_000 },
    l2: { sizeThresholdBytes: 1_000_000 },
  })
  const backwards: Strategy = { ...byPriority(), rank: (_request, tier) => tier.toReversed() }
  const doubled: Strategy = { ...backwards, copies: () => 2 }
  const turning: Strategy = { ...byPriority(), stable: false }

  test('each tier is ordered by the strategy of the largest fromBytes that is not above its threshold', () => {
    const strategy = sizeBased({ within: [{ fromBytes: 1_000, strategy: backwards }] })
    const expected = ['m2', 'm1', 's1', 's2', 'l2', 'l1']
    expect(order(strategy, write({ size: 5_000 }), among)).toEqual(expected)
  })

  test('tiers that within does not reach are ordered by strategy', () => {
    const strategy = sizeBased({
      strategy: backwards,
      within: [{ fromBytes: 1_000_000, strategy: byPriority() }],
    })
    expect(order(strategy, write({ size: 0 }), among)).toEqual(['s2', 's1', 'm2', 'm1', 'l1', 'l2'])
  })

  test('a read orders each tier as a write does', () => {
    const strategy = sizeBased({ within: [{ fromBytes: 1_000, strategy: backwards }] })
    expect(order(strategy, read(), among)).toEqual(['s1', 's2', 'm2', 'm1', 'l2', 'l1'])
  })

  test('the copies of a block are those of the strategy for its size', () => {
    const strategy = sizeBased({
      within: [
        { fromBytes: 1_000_000, strategy: byPriority() },
        { fromBytes: 1_000, strategy: doubled },
      ],
    })
    const copies = [999, 1_000, 999_999, 1_000_000].map((size) => strategy.copies?.(write({ size })))
    expect(copies).toEqual([undefined, 2, 2, undefined])
    expect(strategy.copies?.(read())).toBeUndefined()
  })

  test('what a nested strategy leaves out is left out', () => {
    const firstOnly: Strategy = { ...byPriority(), rank: (_request, tier) => tier.slice(0, 1) }
    expect(order(sizeBased({ strategy: firstOnly }), write({ size: 0 }), among)).toEqual(['s1', 'm1', 'l1'])
  })

  test('the order is stable when those of all nested strategies are', () => {
    expect(sizeBased().stable).toBe(true)
    expect(sizeBased({ strategy: backwards, within: [{ fromBytes: 0, strategy: doubled }] }).stable).toBe(
      true,
    )
    expect(sizeBased({ strategy: turning }).stable).toBe(false)
    expect(sizeBased({ within: [{ fromBytes: 9, strategy: turning }] }).stable).toBe(false)
  })

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], [5, 5]])(
    'fromBytes of %d are refused',
    (...sizes) => {
      const within = sizes.map((fromBytes) => ({ fromBytes: fromBytes as number, strategy: byPriority() }))
      expect(() => sizeBased({ within })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
    },
  )
})
