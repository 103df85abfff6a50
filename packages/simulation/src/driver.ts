import type { VirtualClock } from './virtual-clock.ts'

/**
 * Resolves when no microtask is left: Node runs its tick queue after them and before anything else, so nothing here
 * waits for the event loop. `busy` says that a call has gone out to something real, which is waited for.
 */
export async function quiet(busy?: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve))
  while (busy?.()) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Lets time pass, moment by moment, and everything happen that hangs on it. */
export class Driver {
  readonly #clock: VirtualClock
  readonly #busy: (() => boolean) | undefined

  constructor(clock: VirtualClock, busy?: () => boolean) {
    this.#clock = clock
    this.#busy = busy
  }

  /** Goes on until the condition holds, for so many milliseconds at most, and says whether it does. */
  async until(condition: () => boolean, limitMs: number): Promise<boolean> {
    const limit = this.#clock.now() + limitMs
    for (;;) {
      await quiet(this.#busy)
      if (condition()) return true
      const next = this.#clock.next
      if (next === undefined || next > limit) break
      this.#clock.runUntil(next)
    }
    this.#clock.runUntil(limit)
    await quiet(this.#busy)
    return condition()
  }

  async pass(ms: number): Promise<void> {
    await this.until(() => false, ms)
  }

  /** The result of a promise that depends on this time alone; undefined when it takes longer than this. */
  async settle<T>(promise: Promise<T>, limitMs: number): Promise<Settled<T> | undefined> {
    let settled: Settled<T> | undefined
    promise.then(
      (value) => {
        settled = { ok: true, value }
      },
      (error: unknown) => {
        settled = { ok: false, error }
      },
    )
    await this.until(() => settled !== undefined, limitMs)
    return settled
  }
}

export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }
