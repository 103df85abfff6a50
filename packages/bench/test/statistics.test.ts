import { median, quantile, spread } from '@blockpool/bench'
import { expect, test } from 'vitest'

test('the median is in the middle, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('quantiles lie between values', () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
  expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9)
  expect(quantile([7], 0.99)).toBe(7)
})

test('one lap that went wrong does not move the spread', () => {
  expect(spread([100, 100, 100, 100, 900])).toBe(0)
  expect(spread([90, 95, 100, 105, 110])).toBeCloseTo(0.1)
})
