import { describe, expect, test } from 'vitest'
import { absorb, finish } from '../src/murmur3.ts'

/** MurmurHash3_x86_32 of whole words, in hex. */
function murmur3(seed: number, ...words: readonly number[]): string {
  return (finish(words.reduce(absorb, seed) ^ (words.length * 4)) >>> 0).toString(16)
}

describe('murmur3', () => {
  test.each([
    [murmur3(0), '0'],
    [murmur3(1), '514e28b7'],
    [murmur3(0xffff_ffff), '81f16f39'],
    [murmur3(0, 0xffff_ffff), '76293b50'],
    [murmur3(0, 0x8765_4321), 'f55b516b'],
    [murmur3(0x5082_edee, 0x8765_4321), '2362f9de'],
    [murmur3(0, 0), '2362f9de'],
  ])('known answer %s', (actual, expected) => {
    expect(actual).toBe(expected)
  })

  test('each bit of a word changes half of the bits of the hash', () => {
    let changed = 0
    for (let word = 0; word < 1_000; word++) {
      for (let bit = 0; bit < 32; bit++) {
        const difference = finish(absorb(1, word)) ^ finish(absorb(1, word ^ (1 << bit)))
        for (let rest = difference; rest !== 0; rest &= rest - 1) changed++
      }
    }
    expect(changed / (1_000 * 32 * 32)).toBeCloseTo(0.5, 2)
  })
})
