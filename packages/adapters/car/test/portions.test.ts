import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Portions } from '../src/portions.ts'
import { concat } from './support/files.ts'

const piece = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 50 }),
  fc.integer({ min: 30_000, max: 70_000 }).map((length) => new Uint8Array(length).fill(length)),
)

it('gives out what came in, and until the end never the last byte of it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const portions = new Portions()
      const out: Uint8Array[] = []
      let [given, taken] = [0, 0]
      for (const each of pieces) {
        given += each.length
        for (const portion of portions.add(each)) {
          out.push(portion)
          taken += portion.length
        }
        expect(taken).toBeLessThan(given)
      }
      expect(concat(...out, ...portions.end())).toEqual(concat(...pieces))
    }),
    { numRuns: 200 },
  )
})
