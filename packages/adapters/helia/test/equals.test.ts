import { expect, test } from 'vitest'
import { equals } from '../src/equals.ts'

test('arrays are equal if all their bytes are', () => {
  const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)
  expect(equals(bytes(1, 2), bytes(1, 2))).toBe(true)
  expect(equals(bytes(1, 2), bytes(1, 3))).toBe(false)
  expect(equals(bytes(1, 2), bytes(1))).toBe(false)
  expect(equals(bytes(), bytes())).toBe(true)
})
