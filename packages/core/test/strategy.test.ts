import { describe, expect, test } from 'vitest'
import { byPriority, type Candidate, type RouteRequest, rankBy } from '../src/index.ts'

interface Scored {
  readonly id: string
  readonly score: number
}

function ranked(scores: readonly number[]): string {
  const candidates = scores.map((score, i) => ({ id: 'abcdefgh'[i], score }) as Scored & Candidate)
  return rankBy(candidates, ({ score }) => score)
    .map(({ id }) => id)
    .join('')
}

describe('rankBy', () => {
  test('the lowest score comes first', () => {
    expect(ranked([3, 1, 2])).toBe('bca')
  })

  test('equal scores keep their order', () => {
    expect(ranked([1, 0, 1, 0, 1])).toBe('bdace')
  })

  test('NaN comes last, infinities in their place', () => {
    expect(ranked([Number.NaN, Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, Number.NaN])).toBe(
      'dcbae',
    )
  })

  test('the input is left as it is', () => {
    const candidates = Object.freeze([{ score: 2 }, { score: 1 }]) as never
    expect(() => rankBy(candidates, (candidate) => (candidate as Scored & Candidate).score)).not.toThrow()
  })
})

test('by priority, candidates stay as they come', () => {
  const candidates = [{ id: 'b' }, { id: 'a' }] as Candidate[]
  expect(byPriority().rank({} as RouteRequest, candidates)).toEqual(candidates)
  expect(byPriority().stable).toBe(true)
})
