import type { Clock } from '../clock.ts'

/** Something that waits: a call for its backend, or an operation whose caller may give up. */
export interface Watched {
  /** Its place in the sweeper's list; -1 when it is not watched. Owned by the sweeper. */
  watchIndex: number
  /** Called at each sweep while it is watched. */
  sweep(now: number): void
}

/** Between two sweeps, in milliseconds: half of the 50 ms within which aborts are noticed. */
export const SWEEP_MS = 25

/**
 * One coarse timer for all deadlines and aborts. A timer, an `AbortSignal.timeout` or a listener for each operation
 * costs more than a whole get from memory; a place in an array costs nearly nothing. The timer runs only while
 * something is watched.
 */
export class Sweeper {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #watched: Watched[] = []
  #cancel: (() => void) | undefined
  /** The time of the last sweep, in the clock's milliseconds: at most one interval old while something is watched. */
  #now = 0
  #busy = false
  #stopped = false

  constructor(clock: Clock, intervalMs: number = SWEEP_MS) {
    this.#clock = clock
    this.#intervalMs = intervalMs
  }

  /** When something that begins now and may take this long has taken too long: never early, at most two intervals late. */
  deadline(afterMs: number): number {
    return this.#now + this.#intervalMs + afterMs
  }

  watch(item: Watched): void {
    item.watchIndex = this.#watched.push(item) - 1
    if (this.#stopped) {
      queueMicrotask(() => this.#sweepAll(Number.POSITIVE_INFINITY))
      return
    }
    this.#busy = true
    if (!this.#cancel) this.#arm()
  }

  release(item: Watched): void {
    const at = item.watchIndex
    if (at < 0) return
    item.watchIndex = -1
    const last = this.#watched.pop()
    if (last === undefined || last === item) return
    this.#watched[at] = last
    last.watchIndex = at
  }

  /** From now on what is watched has its time. */
  start(): void {
    this.#stopped = false
  }

  /** Ends what is still watched, as at its deadline, and what comes later at once. */
  stop(): void {
    this.#stopped = true
    this.#sweepAll(Number.POSITIVE_INFINITY)
    this.#cancel?.()
    this.#cancel = undefined
  }

  #arm(): void {
    this.#now = this.#clock.now()
    this.#cancel = this.#clock.schedule(this.#intervalMs, () => this.#sweep())
  }

  #sweep(): void {
    this.#cancel = undefined
    this.#now = this.#clock.now()
    this.#sweepAll(this.#now)
    // What was swept may have armed the timer again.
    if (!this.#cancel && (this.#watched.length > 0 || this.#busy)) this.#arm()
    this.#busy = false
  }

  #sweepAll(now: number): void {
    for (const item of [...this.#watched]) if (item.watchIndex >= 0) item.sweep(now)
  }
}
