import { expect, test } from 'vitest'
import { Quarantine } from '../../src/state/quarantine.ts'

test('a location is quarantined for one block, until it is removed', () => {
  const quarantine = new Quarantine()
  quarantine.add('x', 1)
  quarantine.add('x', 2)
  expect([...quarantine.of('x')]).toEqual([1, 2])
  expect([...quarantine.of('y')]).toEqual([])
  quarantine.remove('x', 1)
  expect([...quarantine.of('x')]).toEqual([2])
})

test('it is empty again when the last location was removed', () => {
  const quarantine = new Quarantine()
  expect(quarantine.isEmpty).toBe(true)
  quarantine.add('x', 1)
  expect(quarantine.isEmpty).toBe(false)
  quarantine.remove('x', 1)
  quarantine.remove('x', 1)
  expect(quarantine.isEmpty).toBe(true)
})

test('a location that is gone is forgotten for all blocks', () => {
  const quarantine = new Quarantine()
  for (const key of ['x', 'y']) for (const location of [1, 2]) quarantine.add(key, location)
  quarantine.forget(1)
  expect([...quarantine.of('x'), ...quarantine.of('y')]).toEqual([2, 2])
})
