import { expect, test } from 'vitest'
import { errorCode, PoolError } from '../src/index.ts'

test('an error is neither retryable nor unsettled unless it says so', () => {
  const error = new PoolError('ERR_BACKEND', 'x')
  expect(error).toMatchObject({ name: 'PoolError', code: 'ERR_BACKEND', retryable: false, unsettled: false })
  expect(error.outcomes).toBeUndefined()
  expect('cause' in error).toBe(false)
})

test('an error keeps its cause and the outcomes', () => {
  const cause = new Error('disk')
  const outcomes = { a: { outcome: 'timeout' as const } }
  const error = new PoolError('ERR_UNAVAILABLE', 'x', { cause, outcomes, retryable: true, unsettled: true })
  expect(error.cause).toBe(cause)
  expect(error).toMatchObject({ outcomes, retryable: true, unsettled: true })
})

test('the code of an error is found whichever copy of the package made it', () => {
  const foreign = Object.assign(new Error('x'), { name: 'PoolError', code: 'ERR_FULL' })
  expect(errorCode(foreign)).toBe('ERR_FULL')
  expect(errorCode(new PoolError('ERR_CLOSED', 'x'))).toBe('ERR_CLOSED')
})

test.each([
  [undefined],
  ['ERR_FULL'],
  [{ name: 'PoolError', code: 'ERR_FULL' }],
  [Object.assign(new Error(), { code: 'EIO' })],
])('what is no error of ours has no code: %o', (error) => {
  expect(errorCode(error)).toBeUndefined()
})
