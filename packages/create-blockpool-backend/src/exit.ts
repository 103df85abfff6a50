import { CreateError, type CreateErrorCode } from './errors.ts'

/** What the exit code says: those of the `blockpool` command. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const ofCode: Readonly<Record<CreateErrorCode, ExitCode>> = {
  ERR_USAGE: exitCodes.usage,
  ERR_INVALID_NAME: exitCodes.usage,
  ERR_EXISTS: exitCodes.error,
  ERR_INTERRUPTED: exitCodes.interrupted,
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof CreateError ? ofCode[error.code] : exitCodes.error
}
