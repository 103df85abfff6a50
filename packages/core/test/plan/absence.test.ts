import { describe, expect, test } from 'vitest'
import { countAnswer, judgeAbsence, NO_ANSWERS } from '../../src/plan/absence.ts'

describe('judgeAbsence', () => {
  test('a block is absent when every backend said so', () => {
    expect(judgeAbsence({ missing: 3, corrupt: 0, silent: 0 })).toBe('absent')
  })

  test('a pool without backends holds nothing', () => {
    expect(judgeAbsence(NO_ANSWERS)).toBe('absent')
  })

  test('one silent backend makes the absence unknown', () => {
    expect(judgeAbsence({ missing: 2, corrupt: 0, silent: 1 })).toBe('unknown')
  })

  test('a corrupt copy is never taken for an absence', () => {
    expect(judgeAbsence({ missing: 2, corrupt: 1, silent: 0 })).toBe('corrupt')
  })

  test('beside a corrupt copy a silent backend may hold a good one, so it is unknown', () => {
    expect(judgeAbsence({ missing: 1, corrupt: 1, silent: 1 })).toBe('unknown')
  })
})

describe('countAnswer', () => {
  test.each(['ok', 'transient', 'permanent', 'full', 'timeout', 'aborted', undefined] as const)(
    'the outcome %s is no answer',
    (outcome) => {
      expect(countAnswer(NO_ANSWERS, outcome)).toEqual({ missing: 0, corrupt: 0, silent: 1 })
    },
  )

  test('missing and corrupt are counted apart', () => {
    const answers = countAnswer(countAnswer(NO_ANSWERS, 'missing'), 'corrupt')
    expect(answers).toEqual({ missing: 1, corrupt: 1, silent: 0 })
  })
})
