import { inspect } from 'node:util'
import { PoolError } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { toPoolError, toWriteError } from '../src/errors.ts'

/** As ioredis makes it. */
function reply(message: string): Error {
  const command = { name: 'auth', args: ['hunter2'] }
  return Object.assign(new Error(message), { name: 'ReplyError', command })
}

describe('errors', () => {
  test.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'ERR_FULL', false],
    ['LOADING Redis is loading the dataset in memory', 'ERR_BACKEND', true],
    ['MASTERDOWN Link with MASTER is down', 'ERR_BACKEND', true],
    ['CLUSTERDOWN The cluster is down', 'ERR_BACKEND', true],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'ERR_BACKEND', true],
    ["READONLY You can't write against a read only replica.", 'ERR_BACKEND', true],
    ['ERR max number of clients reached', 'ERR_BACKEND', true],
    ['WRONGPASS invalid username-password pair', 'ERR_BACKEND', false],
    ['NOAUTH Authentication required.', 'ERR_BACKEND', false],
    ["NOPERM this user has no permissions to run the 'get' command", 'ERR_BACKEND', false],
    ["ERR unknown command 'MGET'", 'ERR_BACKEND', false],
  ])('the answer "%s" is %s, retryable: %s, and has had no effect', (message, code, retryable) => {
    expect(toWriteError(reply(message), 'redis')).toMatchObject({ code, retryable, unsettled: false })
  })

  test('a connection that broke is retryable, and leaves a write unsettled', () => {
    const broken = new Error('Connection is closed.')
    expect(toWriteError(broken, 'redis')).toMatchObject({ retryable: true, unsettled: true })
    expect(toPoolError(broken, 'redis')).toMatchObject({ retryable: true, unsettled: false })
  })

  test('of ours stay as they are', () => {
    const own = new PoolError('ERR_CLOSED', 'closed')
    expect(toPoolError(own, 'redis')).toBe(own)
  })

  test('keep their cause, without the arguments that hang on it or stand in it', () => {
    const said = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2' "
    const error = toPoolError(Object.assign(reply(said), { code: 'EX' }), 'redis')
    expect(error.cause).toMatchObject({ name: 'ReplyError', code: 'EX' })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
  })

  test('of a cluster say why its last node was not reached', () => {
    const lastNodeError = reply('WRONGPASS invalid username-password pair')
    const failed = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError })
    expect(toPoolError(failed, 'redis')).toMatchObject({ retryable: false })
  })
})
