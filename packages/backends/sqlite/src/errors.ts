import { errorCode, PoolError, type PoolErrorInit } from '@blockpool/core'

/** SQLite's extended result code, such as `SQLITE_IOERR_READ`. https://sqlite.org/rescode.html */
function resultCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : ''
}

function isOneOf(code: string, family: readonly string[]): boolean {
  return family.some((name) => code === name || code.startsWith(`${name}_`))
}

const busy = ['SQLITE_BUSY', 'SQLITE_LOCKED']
const passing = [...busy, 'SQLITE_IOERR', 'SQLITE_NOMEM', 'SQLITE_PROTOCOL', 'SQLITE_CANTOPEN']
const unusable = ['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_ERROR']

/** Another connection holds the database: nothing has happened, and trying again is safe. */
export function isBusy(error: unknown): boolean {
  return isOneOf(resultCode(error), busy)
}

/** What SQLite says about a file that is not, or no longer, a database of ours. */
export function isUnusable(error: unknown): boolean {
  return isOneOf(resultCode(error), unusable)
}

/** The error of ours that a failure of SQLite stands for; errors of ours stay as they are. */
export function toPoolError(error: unknown, store: string): PoolError {
  if (errorCode(error)) return error as PoolError
  const code = resultCode(error)
  const message = `${store}: ${error instanceof Error ? error.message : String(error)}`
  const init: PoolErrorInit = { cause: error, retryable: isOneOf(code, passing) }
  if (isOneOf(code, ['SQLITE_FULL'])) return new PoolError('ERR_FULL', message, init)
  if (isOneOf(code, ['SQLITE_TOOBIG'])) return new PoolError('ERR_BLOCK_TOO_LARGE', message, init)
  if (code === 'SQLITE_READONLY_DBMOVED') return gone(store, error)
  return new PoolError('ERR_BACKEND', message, init)
}

export function gone(store: string, cause?: unknown): PoolError {
  return new PoolError('ERR_STORE_GONE', `${store} is not the store that was opened`, { cause })
}

export function invalidStore(store: string, reason: string, cause?: unknown): PoolError {
  return new PoolError('ERR_STORE_INVALID', `${store} ${reason}; it was left as it is`, { cause })
}
