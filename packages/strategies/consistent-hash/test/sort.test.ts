import { describe, expect, test } from 'vitest'
import { sorted } from '../src/sort.ts'

/** The same numbers in every run, few enough of them that many are equal. */
function scoresOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e37_79b1) % Math.max(2, count >> 1))
}

describe('sorted', () => {
  const counts = [...Array.from({ length: 100 }, (_, count) => count), 1_000, 1_023, 1_024, 1_025]

  test('puts any number of candidates into the order of their scores, equal ones as they came', () => {
    for (const count of counts) {
      const scores = scoresOf(count)
      const candidates = Array.from(scores.keys())
      const expected = candidates.toSorted((a, b) => (scores[a] as number) - (scores[b] as number))
      expect(sorted(candidates, [...scores]), `${count}`).toEqual(expected)
    }
  })

  test('leaves the candidates as they are, and takes scores of more than there are candidates', () => {
    for (const count of [3, 300]) {
      const candidates = Object.freeze(Array.from({ length: count }, (_, i) => count - i))
      expect(sorted(candidates, [...candidates, -1, -2])).toEqual(candidates.toReversed())
    }
  })
})
