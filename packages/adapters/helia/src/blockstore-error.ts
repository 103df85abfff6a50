import { errorCode } from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/** The errors of interface-store 8, by the names that its users match; `code` is what a `PoolError` says, where there is one. */
const FALLBACK_CODES = {
  OpenFailedError: 'ERR_OPEN_FAILED',
  CloseFailedError: 'ERR_CLOSE_FAILED',
  GetFailedError: 'ERR_GET_FAILED',
  PutFailedError: 'ERR_PUT_FAILED',
  HasFailedError: 'ERR_HAS_FAILED',
  DeleteFailedError: 'ERR_DELETE_FAILED',
} as const

export type FailureName = keyof typeof FALLBACK_CODES

class BlockstoreError extends Error {
  override readonly name: FailureName | 'NotFoundError'
  readonly code: string

  constructor(name: FailureName | 'NotFoundError', code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = name
    this.code = code
  }
}

/** The block is absent: an answer, and true. */
export function notFound(cid: CID): Error {
  return new BlockstoreError('NotFoundError', 'ERR_NOT_FOUND', `${cid} is not in the store`)
}

/** What the store has rejected with, under the name that tells which call has failed. Words of strangers stay in the cause. */
export function failed(name: FailureName, cause: unknown): Error {
  const code = errorCode(cause)
  const message = code ? (cause as Error).message : 'the store has failed'
  return new BlockstoreError(name, code ?? FALLBACK_CODES[name], message, cause)
}
