import { roundRobin } from '@blockpool/round-robin'
import { describe, expect, test } from 'vitest'
import { alike, candidates, many, order, read, shares, without, write } from '../../test/candidates.ts'

describe('round-robin', () => {
  test('turn by turn each candidate comes first, and the others follow in their order', () => {
    const orders = [0, 1, 2, 3].map((turn) => order(roundRobin(), write({ turn }), alike(3)).join(' '))
    expect(orders).toEqual(['b0 b1 b2', 'b1 b2 b0', 'b2 b0 b1', 'b0 b1 b2'])
  })

  test('3,000 blocks on 3 backends are 1,000 each', () => {
    const share = shares(roundRobin(), many(3_000), alike(3))
    for (const part of Object.values(share)) expect(part * 3_000).toBeCloseTo(1_000)
  })

  test('with 2 copies on 5 backends each gets 2 of 5 blocks', () => {
    const share = shares(roundRobin(), many(5_000), alike(5), 2)
    for (const part of Object.values(share)) expect(part * 2).toBeCloseTo(2 / 5)
  })

  test('one turn moves the copies by one backend', () => {
    const pairs = [0, 1, 2].map((turn) => order(roundRobin(), write({ turn }), alike(3)).slice(0, 2))
    expect(pairs).toEqual([
      ['b0', 'b1'],
      ['b1', 'b2'],
      ['b2', 'b0'],
    ])
  })

  test('reads rotate too', () => {
    expect(order(roundRobin(), read({ turn: 2 }), alike(3))).toEqual(['b2', 'b0', 'b1'])
  })

  test('when one is full or down the rest share its turns evenly', () => {
    const share = shares(roundRobin(), many(3_000), without(alike(4), 'b1'))
    for (const part of Object.values(share)) expect(part).toBeCloseTo(1 / 3)
  })

  test('priority sets where the round starts, and no share', () => {
    const among = candidates({ a: {}, b: { priority: 200 } })
    expect(order(roundRobin(), write({ turn: 0 }), among)).toEqual(['b', 'a'])
    expect(shares(roundRobin(), many(1_000), among)).toEqual({
      a: expect.closeTo(0.5),
      b: expect.closeTo(0.5),
    })
  })

  test('a turn beyond 2^32 goes on with the round', () => {
    expect(order(roundRobin(), write({ turn: 2 ** 32 + 1 }), alike(4))[0]).toBe('b1')
  })

  test('the order is not stable: a block has no place of its own', () => {
    expect(roundRobin().stable).toBe(false)
  })
})
