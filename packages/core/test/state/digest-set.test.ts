import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/random.ts'
import { DigestSet } from '../../src/state/digest-set.ts'
import { cidOf, cids, SHA2_256, SHA2_512 } from '../support/blocks.ts'

const DRAWS = [0, 1, 5, 6, 7, 0x8000_0000, 0xffff_ffff]

test('add says whether the block is new', () => {
  const set = new DigestSet(1)
  const [a, b] = cids(2, randomStream(1))
  expect(set.add(a as never)).toBe(true)
  expect(set.add(b as never)).toBe(true)
  expect(set.add(a as never)).toBe(false)
  expect(set.size).toBe(2)
})

test.each([1_000, 100_000])(
  '%d blocks take at most 24 bytes each, and none is taken for another',
  (count) => {
    const set = new DigestSet(7)
    const all = cids(count, randomStream(count))
    let wrong = 0
    for (const cid of all) if (!set.add(cid)) wrong++
    for (const cid of all) if (set.add(cid)) wrong++
    expect(wrong).toBe(0)
    expect(set.size).toBe(count)
    const segments = new DigestSet(7).byteLength
    expect(set.byteLength - segments).toBeLessThanOrEqual(24 * count)
  },
)

test('the tables take at most 24 bytes a block in all, at every size from 30,000 to 100,000', () => {
  const set = new DigestSet(3)
  let most = 0
  for (const cid of cids(100_000, randomStream(9))) {
    set.add(cid)
    if (set.size >= 30_000 && set.size % 1_000 === 0) most = Math.max(most, set.byteLength / set.size)
  }
  expect(most).toBeLessThanOrEqual(24)
})

describe('blocks that look alike are told apart', () => {
  test.each(DRAWS)('a digest and its beginning, draw %d', (draw) => {
    const set = new DigestSet(draw)
    const digest = new Uint8Array(64).fill(7)
    const alike = [20, 28, 31, 32].map((length) => cidOf(SHA2_256, digest.subarray(0, length)))
    for (const cid of alike) expect(set.add(cid)).toBe(true)
  })

  test.each(DRAWS)('one digest under two hash functions, draw %d', (draw) => {
    const set = new DigestSet(draw)
    const digest = new Uint8Array(32).fill(9)
    expect(set.add(cidOf(SHA2_256, digest))).toBe(true)
    expect(set.add(cidOf(SHA2_512, digest))).toBe(true)
  })

  test.each(DRAWS)('digests of zeros, draw %d', (draw) => {
    const set = new DigestSet(draw)
    const zeros = cidOf(SHA2_256, new Uint8Array(32))
    expect(set.add(zeros)).toBe(true)
    expect(set.add(zeros)).toBe(false)
  })

  test('short digests', () => {
    const set = new DigestSet(1)
    for (let i = 0; i < 256; i++) expect(set.add(cidOf(0xb220, Uint8Array.of(i)))).toBe(true)
    for (let i = 0; i < 256; i++) expect(set.add(cidOf(0xb220, Uint8Array.of(i)))).toBe(false)
  })
})

test('digests that share their first words are told apart', () => {
  const set = new DigestSet(0)
  const uint32 = randomStream(5)
  for (let i = 0; i < 5_000; i++) {
    const words = Uint32Array.from({ length: 8 }, (_, at) => (at < 2 ? 1 : uint32()))
    set.add(cidOf(SHA2_256, new Uint8Array(words.buffer)))
  }
  expect(set.size).toBe(5_000)
})
