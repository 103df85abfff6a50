import type { CID } from 'multiformats/cid'

export type CarErrorCode =
  /** The file breaks the format. */
  | 'ERR_CAR_MALFORMED'
  /** The file ends in the middle of something. */
  | 'ERR_CAR_TRUNCATED'
  /** A version of the format that is not known here. */
  | 'ERR_CAR_VERSION'
  /** A header, a block or their number is beyond the limit. */
  | 'ERR_CAR_TOO_LARGE'
  /** The bytes of a block do not hash to its CID. */
  | 'ERR_CAR_MISMATCH'
  /** A block was refused: the store says why in `cause`, or its hash function is not known. */
  | 'ERR_CAR_REFUSED'
  /** The input failed, as `cause` says. */
  | 'ERR_CAR_SOURCE'
  /** A block that should be written is not in the store. */
  | 'ERR_CAR_MISSING'
  /** The links of a block cannot be read: an unknown codec, or bytes that are not what its codec says. */
  | 'ERR_CAR_UNREADABLE'

/** What is in the store when an import ends early. */
export interface Imported {
  /** Puts that the store has acknowledged. */
  readonly blocks: number
  /** Bytes of those blocks. */
  readonly bytes: number
}

export interface CarErrorInit {
  /** Bytes from the start of the file to what is at fault: a header, a section, the end of the input. */
  readonly offset?: number | undefined
  /** The block at fault. */
  readonly cid?: CID | undefined
  readonly imported?: Imported | undefined
  readonly cause?: unknown
}

/** What goes wrong with a CAR file. Match on `code`, not with `instanceof`: two copies of this package may be loaded. */
export class CarError extends Error {
  override readonly name = 'CarError'
  readonly code: CarErrorCode
  /** Bytes from the start of the file to what is at fault; undefined when a file is written. */
  readonly offset: number | undefined
  readonly cid: CID | undefined
  /** What an import had stored by then; undefined otherwise. */
  readonly imported: Imported | undefined

  constructor(code: CarErrorCode, message: string, init: CarErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.offset = init.offset
    this.cid = init.cid
    this.imported = init.imported
  }
}

/** The error is one of ours, whichever copy of the package made it. */
export function isCarError(error: unknown): error is CarError {
  return error instanceof Error && error.name === 'CarError'
}

export function malformed(what: string, offset: number, cause?: unknown): CarError {
  return new CarError('ERR_CAR_MALFORMED', `${what} (at byte ${offset})`, { offset, cause })
}

export function tooLarge(what: string, offset: number): CarError {
  return new CarError('ERR_CAR_TOO_LARGE', `${what} (at byte ${offset})`, { offset })
}
