import { errorCode, PoolError, type PoolErrorCode } from '@blockpool/core'
import type { FileKind } from './file-system.ts'

interface Meaning {
  readonly code: PoolErrorCode
  readonly retryable: boolean
}

const FULL: Meaning = { code: 'ERR_FULL', retryable: false }
/** Retryable: a disk that was unmounted can come back. */
const GONE: Meaning = { code: 'ERR_STORE_GONE', retryable: true }
const PASSING: Meaning = { code: 'ERR_BACKEND', retryable: true }
const LASTING: Meaning = { code: 'ERR_BACKEND', retryable: false }

/** What the errors of errno(3) mean here. Those that are not listed may pass. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  ENOENT: GONE,
  EMFILE: PASSING,
  ENFILE: PASSING,
  EIO: PASSING,
  EAGAIN: PASSING,
  EBUSY: PASSING,
  EACCES: LASTING,
  EPERM: LASTING,
  EROFS: LASTING,
  EISDIR: LASTING,
  ENOTDIR: LASTING,
  ELOOP: LASTING,
  EINVAL: LASTING,
  ENAMETOOLONG: LASTING,
  ENOTSUP: LASTING,
  EXDEV: LASTING,
}

/**
 * The PoolError for an error of the file system; an error that is a PoolError already stays as it is.
 * 'ENOENT' means a store that is gone: whoever can tell a missing block from it does so before.
 */
export function toPoolError(error: unknown, subject: string): Error {
  if (error instanceof Error && errorCode(error) !== undefined) return error
  const { code, retryable } = MEANINGS[errnoOf(error) ?? ''] ?? PASSING
  const detail = error instanceof Error ? error.message : String(error)
  return new PoolError(code, `${subject}: ${detail}`, { cause: error, retryable })
}

/** The POSIX name of an error of the file system. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}

/** The error for a path that should be a regular file and is something else. */
export function notAFile(kind: FileKind, path: string): Error {
  const code = kind === 'folder' ? 'EISDIR' : kind === 'link' ? 'ELOOP' : 'EINVAL'
  return Object.assign(new Error(`${code}: not a regular file, '${path}'`), { code })
}
