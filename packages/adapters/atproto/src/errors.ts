export type AtprotoErrorCode =
  /** The repository has moved on since the commit was made. Load it again and make the commit anew. */
  | 'ERR_ATPROTO_STALE_COMMIT'
  /** The commit creates a repository that exists. Remove the account first, or make a commit on its root. */
  | 'ERR_ATPROTO_REPO_EXISTS'
  /** The commit names another DID than the storage that it was given to. */
  | 'ERR_ATPROTO_WRONG_REPO'
  /** The commit leads to blocks that neither it nor the store has: `cids`. Put them first; the root has not moved. */
  | 'ERR_ATPROTO_INCOMPLETE'
  /** A commit or a node of the tree is not what it should be. The root has not moved. */
  | 'ERR_ATPROTO_UNREADABLE'
  /** A block that is needed is absent from the store: `cids`. Bring it back, from a copy or an export, and go on. */
  | 'ERR_ATPROTO_LOST'
  /** The bytes of a blob do not hash to its CID, or the CID is no sha2-256. Nothing of it was kept. */
  | 'ERR_ATPROTO_BLOB_MISMATCH'
  /** The blob is in quarantine, and a put does not end that. Take it out with `unquarantine`. */
  | 'ERR_ATPROTO_BLOB_QUARANTINED'
  /** Blocks that nobody needs any more could not be deleted. Call `collect` when the store is well again. */
  | 'ERR_ATPROTO_NOT_REMOVED'
  /** The index failed, as `cause` says, or is closed. What was asked may be tried again. */
  | 'ERR_ATPROTO_INDEX'
  /** The index belongs to something else or to a newer release, or is damaged. It was left as it is. */
  | 'ERR_ATPROTO_INDEX_INVALID'

export interface AtprotoErrorInit {
  readonly did?: string | undefined
  /** CIDs of the blocks at fault. */
  readonly cids?: readonly string[] | undefined
  readonly cause?: unknown
}

/** Match on `code`, not with `instanceof`: two copies of this package may be loaded. */
export class AtprotoError extends Error {
  override readonly name = 'AtprotoError'
  readonly code: AtprotoErrorCode
  readonly did: string | undefined
  /** CIDs of the blocks at fault: version 1, raw codec. */
  readonly cids: readonly string[]

  constructor(code: AtprotoErrorCode, message: string, init: AtprotoErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.did = init.did
    this.cids = init.cids ?? []
  }
}

/** The error is one of ours, whichever copy of the package made it. */
export function isAtprotoError(error: unknown): error is AtprotoError {
  return error instanceof Error && error.name === 'AtprotoError'
}
