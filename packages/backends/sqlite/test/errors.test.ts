import { PoolError } from '@blockpool/core'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { isBusy, toPoolError } from '../src/errors.ts'

describe('errors', () => {
  it.each([
    ['SQLITE_BUSY', 'ERR_BACKEND', true],
    ['SQLITE_BUSY_RECOVERY', 'ERR_BACKEND', true],
    ['SQLITE_LOCKED', 'ERR_BACKEND', true],
    ['SQLITE_IOERR_READ', 'ERR_BACKEND', true],
    ['SQLITE_NOMEM', 'ERR_BACKEND', true],
    ['SQLITE_CORRUPT', 'ERR_BACKEND', false],
    ['SQLITE_CORRUPT_INDEX', 'ERR_BACKEND', false],
    ['SQLITE_NOTADB', 'ERR_BACKEND', false],
    ['SQLITE_READONLY', 'ERR_BACKEND', false],
    ['SQLITE_READONLY_DBMOVED', 'ERR_STORE_GONE', false],
    ['SQLITE_FULL', 'ERR_FULL', false],
    ['SQLITE_TOOBIG', 'ERR_BLOCK_TOO_LARGE', false],
  ])('%s is %s, retryable %s, with its cause', (code, expected, retryable) => {
    const cause = new Database.SqliteError('as SQLite says', code)
    expect(toPoolError(cause, 'a.db')).toMatchObject({ code: expected, retryable, cause })
  })

  it('of ours stay as they are', () => {
    const error = new PoolError('ERR_STORE_GONE', 'gone')
    expect(toPoolError(error, 'a.db')).toBe(error)
  })

  it('of a lock are told from others', () => {
    const locks = [
      'SQLITE_BUSY',
      'SQLITE_BUSY_SNAPSHOT',
      'SQLITE_LOCKED_SHAREDCACHE',
      'SQLITE_IOERR',
      'EBUSY',
    ]
    const verdicts = locks.map((code) => isBusy(new Database.SqliteError('', code)))
    expect(verdicts).toEqual([true, true, true, false, false])
  })
})
