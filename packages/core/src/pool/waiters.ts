interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
  readonly signal: AbortSignal | undefined
}

/** The callers that wait for one operation: they get one result, and each may give up alone. */
export class Waiters<T> {
  #waiters: Waiter<T>[] = []
  /** Somebody waits with a signal, so the operation must be watched. */
  hasSignals = false

  /** Nobody waits: the result was given, or all have given up. */
  get none(): boolean {
    return this.#waiters.length === 0
  }

  join(signal: AbortSignal | undefined): Promise<T> {
    if (signal) this.hasSignals = true
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject, signal })
    })
  }

  resolve(value: T): void {
    for (const waiter of this.#take()) waiter.resolve(value)
  }

  reject(reason: unknown): void {
    for (const waiter of this.#take()) waiter.reject(reason)
  }

  /** Rejects those whose signal has aborted, and says whether that left nobody. */
  reap(): boolean {
    const waiting = this.#waiters
    if (waiting.length === 0) return false
    for (const waiter of waiting) if (waiter.signal?.aborted) waiter.reject(waiter.signal.reason)
    this.#waiters = waiting.filter((waiter) => !waiter.signal?.aborted)
    return this.#waiters.length === 0
  }

  #take(): Waiter<T>[] {
    const waiting = this.#waiters
    this.#waiters = []
    return waiting
  }
}
