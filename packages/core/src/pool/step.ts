import { PoolError } from '../errors.ts'
import type { Member } from './member.ts'
import type { Sweeper, Watched } from './sweeper.ts'

/** One for all: a DOMException takes longer to make than most steps. */
const OVER = new DOMException('nobody waits for this any more', 'AbortError')

/**
 * Waits for a backend in calls that are not about one block (open, ping, usage, the steps of a listing): each has the
 * backend's deadline, and ends when the caller gives up.
 */
export class Step implements Watched {
  watchIndex = -1
  readonly #sweeper: Sweeper
  readonly #member: Member
  readonly #given: AbortSignal | undefined
  #controller: AbortController | undefined
  #what = ''
  #deadline = 0
  #reject: (reason: unknown) => void = () => {}

  constructor(sweeper: Sweeper, member: Member, signal: AbortSignal | undefined) {
    this.#sweeper = sweeper
    this.#member = member
    this.#given = signal
  }

  /** For the driver: aborted when nobody waits any more. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /** @throws PoolError `ERR_TIMEOUT`, the reason of the caller's signal, or what the driver throws. */
  of<T>(what: string, ask: () => Promise<T>): Promise<T> {
    this.#given?.throwIfAborted()
    return new Promise<T>((resolve, reject) => {
      this.#what = what
      this.#reject = reject
      this.#sweeper.watch(this)
      this.#deadline = this.#sweeper.deadline(this.#member.timeoutMs)
      ask()
        .then(resolve, reject)
        .finally(() => this.#sweeper.release(this))
    })
  }

  sweep(now: number): void {
    if (this.#given?.aborted) this.#fail(this.#given.reason)
    else if (now >= this.#deadline) {
      const { label, timeoutMs } = this.#member
      const message = `${label}: no answer to ${this.#what} within ${timeoutMs} ms`
      this.#fail(new PoolError('ERR_TIMEOUT', message, { retryable: true }))
    }
  }

  /** Tells the driver that nothing more will be asked. */
  end(): void {
    this.#sweeper.release(this)
    this.#controller?.abort(OVER)
  }

  #fail(reason: unknown): void {
    this.#sweeper.release(this)
    this.#reject(reason)
    this.#controller?.abort(reason)
  }
}
