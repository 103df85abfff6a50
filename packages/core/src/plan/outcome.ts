import { errorCode, type Outcome, type PoolError, type PoolErrorCode } from '../errors.ts'

const OUTCOMES: Partial<Record<PoolErrorCode, Outcome>> = {
  ERR_FULL: 'full',
  ERR_TIMEOUT: 'timeout',
  ERR_CORRUPT: 'corrupt',
}

/** How a call that rejected has ended. What is not ours counts as a passing fault. */
export function outcomeOf(error: unknown): Outcome {
  const code = errorCode(error)
  if (code === undefined) return 'transient'
  return OUTCOMES[code] ?? ((error as PoolError).retryable ? 'transient' : 'permanent')
}

/** The call may still take effect, although its promise has rejected. */
export function isUnsettled(error: unknown): boolean {
  return errorCode(error) !== undefined && (error as PoolError).unsettled
}
