import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/random.ts'
import { LocationHints } from '../../src/state/location-hints.ts'

type Digest = readonly [number, number]

function digests(count: number, seed: number): readonly Digest[] {
  const uint32 = randomStream(seed)
  return Array.from({ length: count }, () => [uint32(), uint32()] as const)
}

test('locations of a block are remembered in ascending order, and removed one by one', () => {
  const hints = new LocationHints(100, 1)
  const [x, y] = digests(2, 1) as [Digest, Digest]
  for (const location of [7, 2, 5, 2]) hints.add(x, location)
  expect(hints.get(x)).toEqual([2, 5, 7])
  expect(hints.get(y)).toEqual([])
  hints.remove(x, 5)
  hints.remove(x, 6)
  expect(hints.get(x)).toEqual([2, 7])
  expect(hints.size).toBe(1)
  hints.remove(x, 2)
  hints.remove(x, 7)
  expect(hints.get(x)).toEqual([])
  expect(hints.size).toBe(0)
})

test('a deleted block is forgotten, wherever it was', () => {
  const hints = new LocationHints(100, 1)
  const [x] = digests(1, 1) as [Digest]
  hints.add(x, 1)
  hints.add(x, 2)
  hints.delete(x)
  expect(hints.get(x)).toEqual([])
  expect(hints.size).toBe(0)
})

test('with a bound of 0 nothing is remembered', () => {
  const hints = new LocationHints(0, 1)
  const [x] = digests(1, 1) as [Digest]
  hints.add(x, 1)
  expect(hints.get(x)).toEqual([])
  expect(hints.size).toBe(0)
})

describe('like a Map of sets', () => {
  test.each([1, 2, 3, 4])('adds, removes and deletes at random give the same answers, seed %d', (seed) => {
    const uint32 = randomStream(seed)
    const below = (n: number): number => uint32() % n
    const keys = digests(3_000, seed + 100)
    const hints = new LocationHints(1_000_000, seed)
    const model = new Map<Digest, Set<number>>()
    let wrongSizes = 0
    for (let step = 0; step < 60_000; step++) {
      const key = keys[below(keys.length)] as Digest
      const location = below(6)
      const known = model.get(key) ?? new Set()
      const kind = below(10)
      if (kind < 6) {
        hints.add(key, location)
        model.set(key, known.add(location))
      } else if (kind < 9) {
        hints.remove(key, location)
        known.delete(location)
        if (known.size === 0) model.delete(key)
      } else {
        hints.delete(key)
        model.delete(key)
      }
      if (hints.size !== model.size) wrongSizes++
    }
    const expected = keys.map((key) => [...(model.get(key) ?? [])].sort((a, b) => a - b))
    expect(wrongSizes).toBe(0)
    expect(keys.map((key) => hints.get(key))).toEqual(expected)
  })

  test('digests that differ in the second word only are told apart', () => {
    const hints = new LocationHints(10_000, 3)
    for (let i = 0; i < 5_000; i++) hints.add([1, i], i % 3)
    const wrong = Array.from({ length: 5_000 }, (_, i) => hints.get([1, i])).filter(
      (found, i) => found.length !== 1 || found[0] !== i % 3,
    )
    expect(wrong.length).toBeLessThanOrEqual(2)
  })
})

describe('bounds', () => {
  test.each([20_000, 200_000, 300_000])(
    '%d entries take at most 8 bytes each, and are all found',
    (count) => {
      const hints = new LocationHints(1_000_000, 5)
      const keys = digests(count, 5)
      for (const key of keys) hints.add(key, 3)
      // Two digests in 4 billion may share a hash.
      expect(hints.size).toBeGreaterThanOrEqual(count - 50)
      expect(keys.filter((key) => hints.get(key)[0] !== 3)).toEqual([])
      expect(hints.byteLength / count).toBeLessThanOrEqual(8)
    },
  )

  test('beyond the bound an old entry makes room for a new one, again and again', () => {
    const hints = new LocationHints(5_000, 2)
    const keys = digests(100_000, 2)
    let newestFound = 0
    let largest = 0
    for (const key of keys) {
      hints.add(key, 1)
      largest = Math.max(largest, hints.size)
      if (hints.get(key)[0] === 1) newestFound++
    }
    expect(newestFound).toBe(keys.length)
    expect(largest).toBe(5_000)
    expect(hints.size).toBe(5_000)
    expect(hints.byteLength).toBeLessThanOrEqual(5_000 * 8 + 4_096)
    expect(keys.filter((key) => hints.get(key).length > 0).length).toBeGreaterThanOrEqual(4_990)
  })

  test('a bound of one remembers the last block', () => {
    const hints = new LocationHints(1, 2)
    for (const key of digests(100, 4)) {
      hints.add(key, 1)
      expect(hints.get(key)).toEqual([1])
      expect(hints.size).toBe(1)
    }
  })

  test('after eviction and removal of everything the table is empty and works on', () => {
    const hints = new LocationHints(2_000, 9)
    const keys = digests(10_000, 9)
    for (const key of keys) hints.add(key, 1)
    for (const key of keys) hints.delete(key)
    expect(hints.size).toBe(0)
    for (const key of keys.slice(0, 1_000)) hints.add(key, 2)
    expect(keys.slice(0, 1_000).filter((key) => hints.get(key)[0] !== 2)).toEqual([])
  })
})

test('hostile digests, all alike in their first word, do not crowd one place', () => {
  const hints = new LocationHints(200_000, 77)
  // Crowded, this would take minutes.
  for (let i = 0; i < 100_000; i++) hints.add([0, i], 1)
  expect(hints.size).toBeGreaterThan(99_000)
})

test('a set of locations that has no number any more falls back to the set before', () => {
  const hints = new LocationHints(10, 1)
  const [x] = digests(1, 1) as [Digest]
  for (let location = 0; location < 70_000; location++) {
    hints.add(x, location)
    hints.remove(x, location)
  }
  // 65,535 sets were used up; an entry is then forgotten rather than wrong.
  hints.add(x, 3)
  expect(hints.get(x)).toEqual([3])
  hints.add(x, 69_999)
  expect(hints.get(x)).toEqual([3])
})
