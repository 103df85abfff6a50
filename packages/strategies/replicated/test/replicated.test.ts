import { byPriority, type Strategy } from '@blockpool/core'
import { replicated } from '@blockpool/replicated'
import { describe, expect, test } from 'vitest'
import { alike, candidate, candidates, order, read, without, write } from '../../test/candidates.ts'

/** Last candidate first; not stable, with 7 copies and a tier for each backend. */
const backwards: Strategy = {
  type: 'backwards',
  stable: false,
  rank: (_request, among) => among.toReversed(),
  copies: () => 7,
  tier: (_request, { priority }) => -priority,
}

describe('replicated', () => {
  test('every backend gets a copy', () => {
    expect(replicated().copies?.(write())).toBe('all')
  })

  test('a number of copies holds for every block', () => {
    const strategy = replicated({ copies: 2 })
    expect(
      [write({ size: 0 }), write({ size: 1e9 }), read()].map((request) => strategy.copies?.(request)),
    ).toEqual([2, 2, 2])
  })

  test('its copies win over those of the nested strategy', () => {
    expect(replicated({ copies: 3, strategy: backwards }).copies?.(write())).toBe(3)
  })

  test('the order is by priority, then id', () => {
    expect(order(replicated(), write(), candidates({ a: {}, b: { priority: 200 }, c: {} }))).toEqual([
      'b',
      'a',
      'c',
    ])
  })

  test('the order of reads and writes is that of the nested strategy', () => {
    const strategy = replicated({ strategy: backwards })
    expect(order(strategy, write(), alike(3))).toEqual(['b2', 'b1', 'b0'])
    expect(order(strategy, read(), alike(3))).toEqual(['b2', 'b1', 'b0'])
  })

  test('when one is full or down the rest keep their order, and the copies do not shrink', () => {
    const strategy = replicated({ copies: 3 })
    expect(order(strategy, write(), without(alike(3), 'b1'))).toEqual(['b0', 'b2'])
    expect(strategy.copies?.(write())).toBe(3)
  })

  test('the order is stable when that of the nested strategy is', () => {
    expect(replicated().stable).toBe(true)
    expect(replicated({ strategy: byPriority() }).stable).toBe(true)
    expect(replicated({ strategy: backwards }).stable).toBe(false)
  })

  test('tiers are those of the nested strategy', () => {
    const fifth = candidate('a', { priority: 5 })
    expect(replicated({ strategy: backwards }).tier?.(write(), fifth)).toBe(-5)
    expect(replicated().tier).toBeUndefined()
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d copies are refused', (copies) => {
    expect(() => replicated({ copies })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
  })
})
