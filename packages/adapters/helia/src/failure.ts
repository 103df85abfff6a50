import { errorCode, PoolError } from '@blockpool/core'

/** A system error in the words of Node: `ENOENT: no such file or directory`. */
const SYSTEM_ERROR = /\bE[A-Z0-9]{2,}(?=:)/
const NO_ROOM = /\b(ENOSPC|EDQUOT|EFBIG|QuotaExceededError)\b/
/** An error that was made from another one by `String(error)`. */
const WRAPPED_ERROR = /^[A-Za-z]+Error\b/
/** S3's words for an object that is not there, under the name of a failed get (blockstore-s3 4). */
const NO_SUCH_KEY = /^(NoSuchKey|NotFound)\b/

/**
 * Whether the error of a js blockstore says that a block is absent.
 *
 * The name alone does not: blockstore-fs 4 calls every read error `NotFoundError`, one of too many open files or of an
 * abort too, and blockstore-s3 4 calls an absent object `GetFailedError`. Both keep the words of the error that was there.
 */
export function isAbsence(error: unknown): boolean {
  const { name, message } = describe(error)
  if (name === 'GetFailedError') return NO_SUCH_KEY.test(message)
  if (name !== 'NotFoundError' || /\bNoSuchBucket\b/.test(message)) return false
  const [system] = SYSTEM_ERROR.exec(message) ?? []
  return system ? system === 'ENOENT' : !WRAPPED_ERROR.test(message)
}

/** blockstore-s3 4 ends the listing of an empty bucket, or of an empty last page, with this. */
export function isEndOfListing(error: unknown): boolean {
  const { name, message } = describe(error)
  return name === 'GetFailedError' && message === 'Error: Not found'
}

/**
 * The error of ours that a failure of a js blockstore stands for. A `PoolError`, or one that was given a name of theirs,
 * comes back as it was.
 */
export function toPoolError(error: unknown, verb: string): PoolError {
  if (errorCode(error)) return error as PoolError
  const cause = error instanceof Error ? error.cause : undefined
  if (errorCode(cause)) return cause as PoolError
  const { name, message } = describe(error)
  if (NO_ROOM.test(message) || NO_ROOM.test(name)) {
    return new PoolError('ERR_FULL', `the blockstore has no room: ${verb} failed`, { cause: error })
  }
  const [system] = SYSTEM_ERROR.exec(message) ?? []
  const what = system ? `${name}, ${system}` : name
  return new PoolError('ERR_BACKEND', `the blockstore failed to ${verb} (${what})`, {
    cause: error,
    retryable: true,
  })
}

function describe(error: unknown): { readonly name: string; readonly message: string } {
  return error instanceof Error ? error : { name: typeof error, message: '' }
}
