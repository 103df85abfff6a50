interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
  readonly signal: AbortSignal | undefined
}

/** The callers that wait for one operation: they get one result, and each may give up alone. Nearly always there is one. */
export class Waiters<T> {
  #first: Waiter<T> | undefined
  #others: Waiter<T>[] | undefined
  /** Somebody waits with a signal, so the operation must be watched. */
  hasSignals = false

  join(signal: AbortSignal | undefined): Promise<T> {
    if (signal) this.hasSignals = true
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject, signal }
      if (!this.#first) this.#first = waiter
      else if (this.#others) this.#others.push(waiter)
      else this.#others = [waiter]
    })
  }

  resolve(value: T): void {
    const first = this.#first
    const others = this.#others
    this.#set(undefined, undefined)
    first?.resolve(value)
    if (others) for (const waiter of others) waiter.resolve(value)
  }

  reject(reason: unknown): void {
    const first = this.#first
    const others = this.#others
    this.#set(undefined, undefined)
    first?.reject(reason)
    if (others) for (const waiter of others) waiter.reject(reason)
  }

  /** Rejects those whose signal has aborted, and says whether that left nobody. */
  reap(): boolean {
    if (!this.#first) return false
    const waiting = [this.#first, ...(this.#others ?? [])]
    const [first, ...others] = waiting.filter(({ signal }) => !signal?.aborted)
    this.#set(first, others)
    for (const { signal, reject } of waiting) if (signal?.aborted) reject(signal.reason)
    return first === undefined
  }

  #set(first: Waiter<T> | undefined, others: Waiter<T>[] | undefined): void {
    this.#first = first
    this.#others = others
  }
}
