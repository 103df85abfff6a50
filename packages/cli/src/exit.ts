import type { CarError, CarErrorCode } from '@blockpool/car'
import { errorCode, type PoolErrorCode } from '@blockpool/core'
import { CommandError, type CommandErrorCode } from './errors.ts'

/** What the exit code of the command says. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  notFound: 3,
  degraded: 4,
  corrupt: 5,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGPIPE: whoever read the output is gone. */
  closedPipe: 141,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const ofPool: Readonly<Record<PoolErrorCode, ExitCode>> = {
  ERR_BACKEND: exitCodes.error,
  ERR_FULL: exitCodes.error,
  ERR_TIMEOUT: exitCodes.degraded,
  ERR_OVERLOADED: exitCodes.error,
  ERR_CLOSED: exitCodes.error,
  ERR_STORE_GONE: exitCodes.degraded,
  ERR_STORE_INVALID: exitCodes.error,
  ERR_JOURNAL_LOST: exitCodes.error,
  ERR_CORRUPT: exitCodes.corrupt,
  ERR_HASH_MISMATCH: exitCodes.corrupt,
  ERR_UNKNOWN_HASH: exitCodes.error,
  ERR_INVALID_CID: exitCodes.usage,
  ERR_BLOCK_TOO_LARGE: exitCodes.error,
  ERR_UNAVAILABLE: exitCodes.degraded,
  ERR_NOT_ENOUGH_REPLICAS: exitCodes.degraded,
  ERR_NOT_ENOUGH_BACKENDS: exitCodes.degraded,
  ERR_BACKEND_EXISTS: exitCodes.error,
  ERR_UNKNOWN_BACKEND: exitCodes.usage,
  ERR_BACKEND_NOT_EMPTY: exitCodes.error,
  ERR_DRAIN_INCOMPLETE: exitCodes.degraded,
  ERR_INVALID_OPTIONS: exitCodes.usage,
}

const ofCommand: Readonly<Record<CommandErrorCode, ExitCode>> = {
  ERR_USAGE: exitCodes.usage,
  ERR_NOT_FOUND: exitCodes.notFound,
  ERR_EXISTS: exitCodes.error,
  ERR_UNSAFE_NAME: exitCodes.error,
  ERR_NOT_UNIXFS: exitCodes.error,
  ERR_UNSUPPORTED_FILE: exitCodes.error,
}

const ofCar: Readonly<Record<CarErrorCode, ExitCode>> = {
  ERR_CAR_MALFORMED: exitCodes.corrupt,
  ERR_CAR_TRUNCATED: exitCodes.corrupt,
  ERR_CAR_VERSION: exitCodes.error,
  ERR_CAR_TOO_LARGE: exitCodes.error,
  ERR_CAR_MISMATCH: exitCodes.corrupt,
  ERR_CAR_REFUSED: exitCodes.error,
  ERR_CAR_SOURCE: exitCodes.error,
  ERR_CAR_MISSING: exitCodes.notFound,
  ERR_CAR_UNREADABLE: exitCodes.error,
}

/** The exit code for an error, whoever threw it. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = errorCode(error)
  // A later version of core may bring a code that is not in the table.
  if (code !== undefined) return ofPool[code] ?? exitCodes.error
  if (isOfCar(error)) return ofCar[error.code] ?? exitCodes.error
  if (error instanceof CommandError) return ofCommand[error.code]
  if ((error as { code?: unknown } | undefined)?.code === 'EPIPE') return exitCodes.closedPipe
  return exitCodes.error
}

/** Told by name, so that commands which need no CAR do not load what reads one. */
function isOfCar(error: unknown): error is CarError {
  return error instanceof Error && error.name === 'CarError'
}
