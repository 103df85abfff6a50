import { expect, test } from 'vitest'
import { createRandom, randomSeed } from '../src/random.ts'

test('the numbers follow from seed and purpose', () => {
  const draw = (seed: number, purpose: string): number[] => {
    const random = createRandom(seed, purpose)
    return Array.from({ length: 20 }, () => random.uint32())
  }
  expect(draw(1, 'a')).toEqual(draw(1, 'a'))
  expect(draw(1, 'a')).not.toEqual(draw(2, 'a'))
  expect(draw(1, 'a')).not.toEqual(draw(1, 'b'))
})

test('int stays below its bound and reaches every value', () => {
  const random = createRandom(7)
  const seen = new Set(Array.from({ length: 1000 }, () => random.int(6)))
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5])
})

test('pick reaches every element', () => {
  const random = createRandom(7)
  const seen = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])))
  expect([...seen].sort()).toEqual(['a', 'b', 'c'])
})

test.each([0, 1, 3, 4, 5, 1000])('%i random bytes are that many and own their buffer', (size) => {
  const bytes = createRandom(7).bytes(size)
  expect(bytes.length).toBe(size)
  expect(bytes.buffer.byteLength).toBe(size)
})

test('random bytes are spread over all values', () => {
  expect(new Set(createRandom(7).bytes(10_000)).size).toBe(256)
})

test('a seed is a uint32', () => {
  const seed = randomSeed()
  expect(seed >>> 0).toBe(seed)
})
