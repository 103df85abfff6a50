import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Mutant, mutants, plant } from '../src/index.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

describe('planted bugs', () => {
  test('are at least 25, each with a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(25)
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s: has its place', (_name, mutant) => {
    const source = read(mutant.file)
    expect(plant(mutant, source)).not.toBe(source)
  })

  test('are recorded with files of tests that are there', () => {
    for (const { caughtBy } of mutants)
      if ('file' in caughtBy) expect(existsSync(join(root, caughtBy.file)), caughtBy.file).toBe(true)
  })
})

test('a bug whose place is not there exactly once is an error', () => {
  const mutant: Mutant = { name: 'x', file: 'y', from: 'a', to: 'b', caughtBy: { seed: 1, ops: 1 } }
  expect(plant(mutant, 'cad')).toBe('cbd')
  expect(() => plant(mutant, 'c')).toThrow()
  expect(() => plant(mutant, 'aa')).toThrow()
})
