import { CarError, type CarErrorCode } from '@blockpool/car'
import { PoolError, type PoolErrorCode } from '@blockpool/core'
import { expect, it } from 'vitest'
import { CommandError, type CommandErrorCode, exitCodeOf } from '../src/index.ts'

it.each<[PoolErrorCode, number]>([
  ['ERR_INVALID_OPTIONS', 2],
  ['ERR_INVALID_CID', 2],
  ['ERR_UNAVAILABLE', 4],
  ['ERR_NOT_ENOUGH_REPLICAS', 4],
  ['ERR_NOT_ENOUGH_BACKENDS', 4],
  ['ERR_STORE_GONE', 4],
  ['ERR_CORRUPT', 5],
  ['ERR_HASH_MISMATCH', 5],
  ['ERR_FULL', 1],
  ['ERR_BACKEND', 1],
])('%s of the pool is %i', (code, exitCode) => {
  expect(exitCodeOf(new PoolError(code, ''))).toBe(exitCode)
})

it.each<[CommandErrorCode, number]>([
  ['ERR_USAGE', 2],
  ['ERR_NOT_FOUND', 3],
  ['ERR_EXISTS', 1],
  ['ERR_UNSAFE_NAME', 1],
])('%s of the command is %i', (code, exitCode) => {
  expect(exitCodeOf(new CommandError(code, ''))).toBe(exitCode)
})

it.each<[CarErrorCode, number]>([
  ['ERR_CAR_TRUNCATED', 5],
  ['ERR_CAR_MALFORMED', 5],
  ['ERR_CAR_MISMATCH', 5],
  ['ERR_CAR_MISSING', 3],
  ['ERR_CAR_TOO_LARGE', 1],
])('%s of a CAR is %i', (code, exitCode) => {
  expect(exitCodeOf(new CarError(code, ''))).toBe(exitCode)
})

it('anything else is 1, and a reader that is gone 141', () => {
  for (const error of [new Error('x'), 'x', undefined]) expect(exitCodeOf(error)).toBe(1)
  expect(exitCodeOf(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe(141)
})

it('a code of a later version is 1', () => {
  expect(exitCodeOf(new PoolError('ERR_FROM_LATER' as PoolErrorCode, ''))).toBe(1)
})
