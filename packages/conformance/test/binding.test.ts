import { byPriority } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { declareBackend, declareStrategy, type Runner } from '../src/binding.ts'
import { backendCases, strategyLaws } from '../src/index.ts'
import { disk } from './doubles/disk.ts'
import { brokenBackends } from './doubles/index.ts'

interface Declared {
  readonly title: string
  /** Resolves to the reason of a skip. */
  run(): Promise<string | undefined>
}

function recorder(): { readonly runner: Runner; readonly groups: string[]; readonly tests: Declared[] } {
  const groups: string[] = []
  const tests: Declared[] = []
  const runner: Runner = {
    describe(name, declare) {
      groups.push(name)
      declare()
    },
    test(title, _timeoutMs, run) {
      const runAlone = async (): Promise<string | undefined> => {
        let reason: string | undefined
        const skip = (given: string): void => {
          reason = given
        }
        await run({ skip })
        return reason
      }
      tests.push({ title, run: runAlone })
    },
  }
  return { runner, groups, tests }
}

describe('declareBackend', () => {
  test('declares one test for each case, in one group', () => {
    const { runner, groups, tests } = recorder()
    declareBackend(runner, 'disk', disk)
    expect(groups).toEqual(['disk'])
    expect(tests.map(({ title }) => title)).toEqual(backendCases.map(({ id, title }) => `${id}: ${title}`))
  })

  test('hands a skip to the runner, with its reason', async () => {
    const { runner, tests } = recorder()
    declareBackend(runner, 'disk', disk, { skip: { 'ping/resolves': 'nobody to ask' } })
    const ping = tests.find(({ title }) => title.startsWith('ping/resolves'))
    expect(await ping?.run()).toBe('nobody to ask')
  })

  test('makes the test of a broken promise fail, and the others pass', async () => {
    const { runner, tests } = recorder()
    const forgetful = brokenBackends.find(({ caughtBy }) => caughtBy === 'delete/removes')
    declareBackend(runner, 'forgetful', forgetful?.create ?? disk)
    const named = (id: string): Declared | undefined => tests.find(({ title }) => title.startsWith(id))
    await expect(named('delete/removes')?.run()).rejects.toThrow()
    await expect(named('get/same-bytes')?.run()).resolves.toBeUndefined()
  })

  test('throws for an unknown id at once, and declares nothing', () => {
    const { runner, groups } = recorder()
    expect(() => declareBackend(runner, 'disk', disk, { skip: { 'get/nothing': 'why' } })).toThrow()
    expect(groups).toEqual([])
  })
})

describe('declareStrategy', () => {
  test('declares one test for each law, in one group', () => {
    const { runner, groups, tests } = recorder()
    declareStrategy(runner, 'by-priority', byPriority)
    expect(groups).toEqual(['by-priority'])
    expect(tests.map(({ title }) => title)).toEqual(strategyLaws.map(({ id, title }) => `${id}: ${title}`))
  })

  test('throws for an unknown id at once', () => {
    const { runner } = recorder()
    expect(() => declareStrategy(runner, 'by-priority', byPriority, { skip: { 'rank/x': 'why' } })).toThrow()
  })
})
