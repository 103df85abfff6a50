import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/errors.ts'
import { type Answer, judgeAbsence } from '../../src/plan/absence.ts'

const lasting = (outcome?: Outcome): Answer => ({ outcome, durability: 'power' })
const forgetful = (outcome?: Outcome): Answer => ({ outcome, durability: 'none' })
const missing = lasting('missing')

describe('with at least one copy of every block', () => {
  test('a block is absent when every backend said so', () => {
    expect(judgeAbsence([missing, missing, missing], 1, false)).toBe('absent')
    expect(judgeAbsence([forgetful('missing')], 1, true)).toBe('absent')
  })

  test('a pool without backends holds nothing', () => {
    expect(judgeAbsence([], 1, false)).toBe('absent')
  })

  test.each(['timeout', 'transient', 'permanent', 'full', 'aborted', 'ok', undefined] as const)(
    'one that answered %s makes it unknown',
    (outcome) => {
      expect(judgeAbsence([missing, lasting(outcome)], 1, false)).toBe('unknown')
    },
  )

  test('copies that are all corrupt are not an absence', () => {
    expect(judgeAbsence([missing, lasting('corrupt')], 1, false)).toBe('corrupt')
  })

  test('beside a corrupt copy a silent backend may hold a good one, so it is unknown', () => {
    expect(judgeAbsence([lasting('corrupt'), lasting()], 1, false)).toBe('unknown')
  })
})

describe('with at least two copies of every block', () => {
  test('one silent backend does not matter: the others would have one', () => {
    expect(judgeAbsence([missing, missing, lasting('timeout')], 2, false)).toBe('absent')
  })

  test('two silent backends do', () => {
    expect(judgeAbsence([missing, lasting(), lasting('timeout')], 2, false)).toBe('unknown')
  })

  test('one does when something is owed for the block', () => {
    expect(judgeAbsence([missing, missing, lasting('timeout')], 2, true)).toBe('unknown')
  })

  test('one does beside a store that loses its blocks with its process, which may have lost this one', () => {
    expect(judgeAbsence([missing, forgetful('missing'), lasting()], 2, false)).toBe('unknown')
    expect(judgeAbsence([missing, forgetful('missing'), lasting()], 3, false)).toBe('absent')
  })

  test('a corrupt copy is never taken for an absence', () => {
    expect(judgeAbsence([missing, missing, lasting('corrupt')], 2, false)).toBe('corrupt')
  })
})
