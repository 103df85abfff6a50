import { expect, test } from 'vitest'
import { randomId, randomStream } from '../src/random.ts'

test('a seed gives the same uint32 numbers again, and another seed gives others', () => {
  const draw = (seed: number): number[] => Array.from({ length: 100 }, randomStream(seed))
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  expect(draw(7).every((n) => Number.isInteger(n) && n >= 0 && n <= 0xffff_ffff)).toBe(true)
})

test('the numbers are spread evenly', () => {
  const uint32 = randomStream(3)
  const buckets = new Array<number>(16).fill(0)
  for (let i = 0; i < 16_000; i++) {
    const bucket = uint32() >>> 28
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  expect(Math.min(...buckets)).toBeGreaterThan(850)
  expect(Math.max(...buckets)).toBeLessThan(1_150)
})

test('an id has 128 bits, and no two are alike', () => {
  const ids = Array.from({ length: 1_000 }, randomId)
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})
