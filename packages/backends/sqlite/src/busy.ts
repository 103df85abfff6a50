import { setTimeout as sleep } from 'node:timers/promises'
import { type OperationOptions, throwIfAborted } from '@blockpool/core'
import { isBusy } from './errors.ts'

const LONGEST_PAUSE_MS = 25

/** Pause before the next attempt: doubles from 1 ms to 25 ms, less up to half of it at random. */
export function pauseMs(attempt: number): number {
  return Math.min(2 ** attempt, LONGEST_PAUSE_MS) * (1 - Math.random() / 2)
}

/**
 * Runs it at once, and again while another connection holds the database. SQLite's own waiting would block the event
 * loop.
 * @throws the last error when `limitMs` have passed; the signal's reason.
 */
export async function whileBusy<T>(run: () => T, limitMs: number, options?: OperationOptions): Promise<T> {
  const start = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error) || performance.now() - start >= limitMs) throw error
    }
    await sleep(pauseMs(attempt))
    throwIfAborted(options)
  }
}
