import { describe, expect, test } from 'vitest'
import { binomialDeviation, byChance, summaryOf, unevenAtMost } from '../src/statistics.ts'

describe('statistics', () => {
  test('a summary has mean, extremes and the deviation of a sample', () => {
    expect(summaryOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      mean: 5,
      min: 2,
      max: 9,
      deviation: Math.sqrt(32 / 7),
    })
  })

  test('100 tosses of a coin deviate by 5', () => {
    expect(binomialDeviation(100, 0.5)).toBe(5)
  })

  test('the extremes of 1,000 backends lie 3.24 deviations from the mean', () => {
    const { mean, min, max, deviation } = byChance(1_000, 1e9, 1 / 1_000)
    expect(mean).toBe(1e6)
    expect((max - mean) / deviation).toBeCloseTo(3.24, 1)
    expect((mean - min) / deviation).toBeCloseTo(3.24, 1)
  })

  test('a sample of chance alone leaves room for what it cannot show, one that is uneven shows it', () => {
    const even = { mean: 1_000, min: 900, max: 1_100, deviation: 30 }
    expect(unevenAtMost(1_000, even, 31.6)).toBeGreaterThan(0.005)
    expect(unevenAtMost(1_000, even, 31.6)).toBeLessThan(0.02)
    expect(unevenAtMost(1_000, { ...even, deviation: 100 }, 31.6)).toBeGreaterThan(0.09)
  })
})
