export type CommandErrorCode =
  /** The arguments make no sense together. */
  | 'ERR_USAGE'
  /** A block, or a path inside a directory, is not there. */
  | 'ERR_NOT_FOUND'
  /** Something is where the output should go. */
  | 'ERR_EXISTS'
  /** A name in a directory that must not become a path on this machine. */
  | 'ERR_UNSAFE_NAME'
  /** The block is no file or directory of UnixFS, or a damaged one. */
  | 'ERR_NOT_UNIXFS'
  /** Something on disk that cannot be added. */
  | 'ERR_UNSUPPORTED_FILE'

/** What goes wrong in the command itself, beside the errors of the pool. Match on `code`. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: CommandErrorCode

  constructor(code: CommandErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
