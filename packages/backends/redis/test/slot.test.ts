import { expect, test } from 'vitest'
import { slotOf } from '../src/slot.ts'

test.each([
  // The check value of the specification, 0x31C3, and what CLUSTER KEYSLOT of Redis 7 says.
  ['123456789', 0x31c3 % 16_384],
  ['', 0],
  ['foo', 12_182],
  ['{foo}.bar', 12_182],
  ['a{foo}{bar}', 12_182],
])('the slot of "%s" is %i', (key, slot) => {
  expect(slotOf(key)).toBe(slot)
})
