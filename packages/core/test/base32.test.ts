import fc from 'fast-check'
import { base32 as standard } from 'multiformats/bases/base32'
import { describe, expect, test } from 'vitest'
import { base32, fromBase32 } from '../src/base32.ts'

describe('base32', () => {
  test('is what multiformats makes, and leads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
        const text = base32(bytes)
        expect(text).toBe(standard.baseEncode(bytes))
        expect(fromBase32(text)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  test('each text is taken that base32 makes, and no other', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz2345678A=é'),
      maxLength: 12,
    })
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = fromBase32(candidate)
        if (bytes) expect(base32(bytes)).toBe(candidate)
        else expect(isMade(candidate)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a text may be long, and one character that is no digit is enough, wherever it stands', () => {
    for (const length of [8, 55, 504, 512, 520, 4_096]) {
      const text = 'a'.repeat(length)
      expect(fromBase32(text)).toEqual(new Uint8Array((length * 5) >>> 3))
      for (const at of [0, length >> 1, length - 1]) {
        for (const wrong of ['A', '1', 'é', '\u{1f600}', '\0']) {
          expect(fromBase32(text.slice(0, at) + wrong + text.slice(at + 1))).toBeUndefined()
        }
      }
    }
  })

  function isMade(candidate: string): boolean {
    try {
      return standard.baseEncode(standard.baseDecode(candidate)) === candidate
    } catch {
      return false
    }
  }
})
