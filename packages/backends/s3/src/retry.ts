import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode, type PoolError } from '@blockpool/core'
import { mayTakeEffect, meaningOf } from './errors.ts'
import { failureOf } from './failure.ts'

/** A pool fails over by itself: one more try is for hiccups. */
const ATTEMPTS = 2
const PAUSE_MS = 50
/** Who is asked to wait longer is told at once. */
const LONGEST_PAUSE_MS = 2_000

/**
 * How long to wait before the same request may be sent again; undefined when it must not: a write that may still land
 * could do so after a later delete.
 */
export function pauseBefore(error: unknown, writes: boolean): number | undefined {
  // A body that was cut short.
  if (errorCode(error) !== undefined) return (error as PoolError).retryable ? jittered(PAUSE_MS) : undefined
  const failure = failureOf(error)
  const { code, retryable } = meaningOf(failure)
  if (code !== 'ERR_BACKEND' || !retryable || (writes && mayTakeEffect(failure))) return undefined
  const { retryAfterMs = jittered(PAUSE_MS) } = failure
  return retryAfterMs <= LONGEST_PAUSE_MS ? retryAfterMs : undefined
}

/** Sends a request, and once more where that is safe and may help. */
export async function withRetry<T>(
  request: () => Promise<T>,
  writes: boolean,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request()
    } catch (error) {
      const pause = attempt < ATTEMPTS && !signal?.aborted ? pauseBefore(error, writes) : undefined
      if (pause === undefined) throw error
      await sleep(pause, undefined, signal && { signal })
    }
  }
}

function jittered(ms: number): number {
  return ms * (0.5 + Math.random())
}
