import { setTimeout as sleep } from 'node:timers/promises'

const LIMIT_MS = 20_000

/** Tries until it works; the last failure when it never does. */
export async function eventually<T>(task: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LIMIT_MS
  for (;;) {
    try {
      return await task()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await sleep(20)
  }
}

/** Tries until it fails. */
export async function eventuallyFails(task: () => Promise<unknown>): Promise<never> {
  const deadline = performance.now() + LIMIT_MS
  while (performance.now() < deadline) await task()
  throw new Error('it did not fail')
}
