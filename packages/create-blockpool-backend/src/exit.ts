import { CreateError } from './errors.ts'

/** What the exit code says: those of the `blockpool` command. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof CreateError)) return exitCodes.error
  return error.code === 'ERR_EXISTS' ? exitCodes.error : exitCodes.usage
}
