import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlotMap } from '../../src/state/slot-map.ts'

test('a slot map holds what a Map holds, also where keys meet in a slot', () => {
  // Keys that differ by 1,024 share a slot.
  const key = fc.tuple(fc.nat(2), fc.nat(2)).map(([low, high]) => low + high * 1024)
  const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Map<number, number>()
      const map = new SlotMap<number>()
      for (const { key, value } of steps) {
        if (value === undefined) {
          model.delete(key)
          map.delete(key)
        } else {
          model.set(key, value)
          map.set(key, value)
        }
        expect(map.size).toBe(model.size)
        for (let k = 0; k < 9; k++) {
          const known = Math.floor(k / 3) + (k % 3) * 1024
          expect(map.get(known)).toBe(model.get(known))
          expect(map.has(known)).toBe(model.has(known))
        }
      }
    }),
  )
})

test('the largest key has a place', () => {
  const map = new SlotMap<string>()
  map.set(2 ** 30 - 1, 'last')
  expect(map.get(2 ** 30 - 1)).toBe('last')
})
