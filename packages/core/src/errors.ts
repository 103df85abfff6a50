/** How one call of one backend ended. `missing` is an answer, never a fault. */
export type Outcome =
  | 'ok'
  | 'missing'
  | 'corrupt'
  | 'transient'
  | 'permanent'
  | 'full'
  | 'timeout'
  | 'aborted'

export type PoolErrorCode =
  /** A backend failed; `retryable` says whether the same call may succeed later. */
  | 'ERR_BACKEND'
  /** No room: the device, the store's limit or the memory of the server. */
  | 'ERR_FULL'
  /** No answer within `timeoutMs`. */
  | 'ERR_TIMEOUT'
  /** Too many calls are waiting for the backend. */
  | 'ERR_OVERLOADED'
  /** The store is closed, or was never opened. */
  | 'ERR_CLOSED'
  /** The store's data, or the id made with it, is not where it was. */
  | 'ERR_STORE_GONE'
  /** The store belongs to something else, to another version, or is damaged; it was left as it is. */
  | 'ERR_STORE_INVALID'
  /** The journal is missing, damaged, or older than the one that the backends were used with. */
  | 'ERR_JOURNAL_LOST'
  /** Only copies that do not match their CID were found. */
  | 'ERR_CORRUPT'
  /** The bytes given to `put` do not hash to the CID. */
  | 'ERR_HASH_MISMATCH'
  /** No hasher is known for the CID's hash function. */
  | 'ERR_UNKNOWN_HASH'
  /** The CID cannot address a block here. */
  | 'ERR_INVALID_CID'
  /** The block is larger than the limit. */
  | 'ERR_BLOCK_TOO_LARGE'
  /** Whether the block exists is not known: too many backends did not say. */
  | 'ERR_UNAVAILABLE'
  /** Fewer copies were acknowledged than the quorum asks for. */
  | 'ERR_NOT_ENOUGH_REPLICAS'
  /** Fewer healthy backends than `minHealthy`, or than can ever make the quorum. */
  | 'ERR_NOT_ENOUGH_BACKENDS'
  /** The id is taken. */
  | 'ERR_BACKEND_EXISTS'
  /** No backend has this id. */
  | 'ERR_UNKNOWN_BACKEND'
  /** A backend that already holds blocks is added only with `adopt: true`. */
  | 'ERR_BACKEND_NOT_EMPTY'
  /** The blocks of a backend could not all be moved; it stays attached. */
  | 'ERR_DRAIN_INCOMPLETE'
  /** An option or setting is out of range. */
  | 'ERR_INVALID_OPTIONS'

/** What one backend said to one operation. */
export interface BackendOutcome {
  readonly outcome: Outcome
  /** Why it was not asked or does not count, in words. */
  readonly reason?: string | undefined
  readonly error?: unknown
}

export interface PoolErrorInit {
  readonly cause?: unknown
  /** The same call may succeed later. */
  readonly retryable?: boolean | undefined
  /** The rejected put or delete may still take effect (its connection was cut). */
  readonly unsettled?: boolean | undefined
  /** Outcome of each backend, by id. */
  readonly outcomes?: Readonly<Record<string, BackendOutcome>> | undefined
}

/** The one error class. Match on `code`, not with `instanceof`: two copies of this package may be loaded. */
export class PoolError extends Error {
  override readonly name = 'PoolError'
  readonly code: PoolErrorCode
  readonly retryable: boolean
  readonly unsettled: boolean
  readonly outcomes: Readonly<Record<string, BackendOutcome>> | undefined

  constructor(code: PoolErrorCode, message: string, init: PoolErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.retryable = init.retryable ?? false
    this.unsettled = init.unsettled ?? false
    this.outcomes = init.outcomes
  }
}

/** The code of an error of ours, whichever copy of the package made it; undefined for others. */
export function errorCode(error: unknown): PoolErrorCode | undefined {
  if (!(error instanceof Error) || error.name !== 'PoolError') return undefined
  return (error as PoolError).code
}
