import { describe, expect, test } from 'vitest'
import { quorumOf, survives, weakest } from '../../src/plan/quorum.ts'

describe('quorumOf', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('the majority of %d copies is %d', (copies, quorum) => {
    expect(quorumOf(copies, 'majority')).toBe(quorum)
  })

  test('all means every copy', () => {
    expect(quorumOf(3, 'all')).toBe(3)
  })

  test('a number is taken as it is, but never above the copies', () => {
    expect(quorumOf(3, 1)).toBe(1)
    expect(quorumOf(3, 5)).toBe(3)
  })
})

test('a stronger durability survives what a weaker one does, and not the other way round', () => {
  expect(survives('power', 'process')).toBe(true)
  expect(survives('process', 'process')).toBe(true)
  expect(survives('none', 'process')).toBe(false)
  expect(survives('process', 'power')).toBe(false)
})

test('the weakest of several durabilities counts, and none of none', () => {
  expect(weakest(['power', 'process', 'power'])).toBe('process')
  expect(weakest(['power'])).toBe('power')
  expect(weakest([])).toBe('none')
})
