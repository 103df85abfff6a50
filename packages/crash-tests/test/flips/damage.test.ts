import { describe, expect, it } from 'vitest'
import { damaged, ways } from '../../src/flips/damage.ts'
import { seeded } from '../../src/shared/random.ts'

describe('damage', () => {
  it.each(ways)('of the way "%s" always changes the bytes, and leaves the given ones alone', (way) => {
    for (let seed = 0; seed < 200; seed++) {
      const random = seeded(seed)
      const bytes = new Uint8Array(1 + random.below(40)).map(() => random.below(2))
      const before = bytes.slice()
      expect(damaged(bytes, way, random)).not.toEqual(before)
      expect(bytes).toEqual(before)
    }
  })
})
