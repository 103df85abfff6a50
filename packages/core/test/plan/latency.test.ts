import { expect, test } from 'vitest'
import { median, SmoothedLatency } from '../../src/plan/latency.ts'

test('nothing is known before the first measurement', () => {
  expect(new SmoothedLatency().ms).toBeUndefined()
})

test('the first measurement is taken as it is, later ones move the mean by an eighth of the difference', () => {
  const latency = new SmoothedLatency()
  latency.observe(8)
  expect(latency.ms).toBe(8)
  latency.observe(16)
  expect(latency.ms).toBe(9)
})

test('the mean approaches a lasting change', () => {
  const latency = new SmoothedLatency()
  latency.observe(1)
  for (let i = 0; i < 60; i++) latency.observe(100)
  expect(latency.ms).toBeGreaterThan(99)
})

test.each([
  [[], 0],
  [[7], 7],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2],
])('the median of %o is %d', (values, expected) => {
  expect(median(values)).toBe(expected)
})

test('median leaves its input as it is', () => {
  const values = [3, 1, 2]
  median(values)
  expect(values).toEqual([3, 1, 2])
})
