import { type OperationOptions, PoolError } from '@blockpool/core'

/** The calls of one store: so many at once, none once it is closed, and `close` waits for those that run. */
export class Calls {
  readonly #limit: number
  readonly #waiting: Array<() => void> = []
  readonly #inFlight = new Set<Promise<unknown>>()
  #running = 0
  #isOpen = false

  constructor(limit: number) {
    this.#limit = limit
  }

  open(): void {
    this.#isOpen = true
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await Promise.allSettled(this.#inFlight)
  }

  /** Does the work when its turn has come. Work that has begun goes on to its end, also when it is aborted. */
  run<T>(options: OperationOptions | undefined, work: () => Promise<T>): Promise<T> {
    const call = this.#inTurn(options, work)
    this.#inFlight.add(call)
    const forget = (): void => void this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  /** Throws when the store is closed or the call was aborted. */
  admit(options?: OperationOptions): void {
    if (!this.#isOpen) throw new PoolError('ERR_CLOSED', 'the store is closed')
    options?.signal?.throwIfAborted()
  }

  async #inTurn<T>(options: OperationOptions | undefined, work: () => Promise<T>): Promise<T> {
    this.admit(options)
    if (this.#running < this.#limit) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      this.admit(options)
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
