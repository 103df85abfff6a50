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

/** Codes that speak of the backend, and not of the block, of a pool inside or of the queue before it. */
const FAULT_CODES: ReadonlySet<PoolErrorCode | undefined> = new Set([
  undefined,
  'ERR_BACKEND',
  'ERR_CLOSED',
  'ERR_STORE_GONE',
  'ERR_STORE_INVALID',
  'ERR_TIMEOUT',
])

/**
 * What the outcome of a call says about the health of its backend; undefined when it says nothing. "Missing", "full" and
 * bytes that do not match are answers.
 */
export function verdictOf(outcome: Outcome, error: unknown): 'success' | 'fault' | undefined {
  if (outcome === 'aborted') return undefined
  if (outcome === 'transient' || outcome === 'permanent' || outcome === 'timeout') {
    return FAULT_CODES.has(errorCode(error)) ? 'fault' : undefined
  }
  return 'success'
}

/** The call may still take effect, although its promise has rejected. */
export function isUnsettled(error: unknown): boolean {
  return errorCode(error) !== undefined && (error as PoolError).unsettled
}
