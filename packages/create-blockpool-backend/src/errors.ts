export type CreateErrorCode =
  /** The arguments are not understood, or one that is needed is missing. */
  | 'ERR_USAGE'
  /** The name cannot be one of a package, of a plugin or in code. */
  | 'ERR_INVALID_NAME'
  /** Something is where the package should go. */
  | 'ERR_EXISTS'
  /** Whoever was asked has decided against it. */
  | 'ERR_INTERRUPTED'

/** What goes wrong here, beside the errors of the file system. Match on `code`. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode

  constructor(code: CreateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
