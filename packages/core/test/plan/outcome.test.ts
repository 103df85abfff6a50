import { describe, expect, test } from 'vitest'
import { PoolError, type PoolErrorCode } from '../../src/index.ts'
import { isUnsettled, outcomeOf } from '../../src/plan/outcome.ts'

describe('outcomeOf', () => {
  test.each([
    ['ERR_FULL', 'full'],
    ['ERR_TIMEOUT', 'timeout'],
    ['ERR_CORRUPT', 'corrupt'],
    ['ERR_BACKEND', 'permanent'],
    ['ERR_CLOSED', 'permanent'],
    ['ERR_STORE_GONE', 'permanent'],
  ] as const satisfies [PoolErrorCode, string][])('%s is %s', (code, outcome) => {
    expect(outcomeOf(new PoolError(code, ''))).toBe(outcome)
  })

  test('an error that says it may be tried again is transient', () => {
    expect(outcomeOf(new PoolError('ERR_BACKEND', '', { retryable: true }))).toBe('transient')
  })

  test.each([[new Error('x')], ['a string'], [undefined], [{ code: 'ERR_FULL' }]])(
    'what is not ours is transient: %o',
    (error) => {
      expect(outcomeOf(error)).toBe('transient')
    },
  )

  test('an error of another copy of this package counts as ours', () => {
    const foreign = Object.assign(new Error('full'), { name: 'PoolError', code: 'ERR_FULL' })
    expect(outcomeOf(foreign)).toBe('full')
  })
})

test('only an error of ours that says so leaves its call unsettled', () => {
  expect(isUnsettled(new PoolError('ERR_BACKEND', '', { unsettled: true }))).toBe(true)
  expect(isUnsettled(new PoolError('ERR_BACKEND', ''))).toBe(false)
  expect(isUnsettled(Object.assign(new Error('x'), { unsettled: true }))).toBe(false)
})
