import { isWanted } from '@blockpool/bench'
import { expect, test } from 'vitest'

const race = { id: 'sqlite/1KiB/x32', metrics: { put: { unit: 'ops/s', better: 'more' } } } as const

test.each([
  [[], true],
  [['sqlite'], true],
  [['1KiB/x32/put'], true],
  [['redis', 'x32'], true],
  [['redis'], false],
  [['x32/get'], false],
])('%j wants it: %s', (words, wanted) => {
  expect(isWanted(race, words)).toBe(wanted)
})
