import { isAborted, type OperationOptions, PoolError } from '@blockpool/core'
import { noAnswer } from './errors.ts'

/** One batch holds at most this many requests … */
const MAX_REQUESTS = 256
/** … and, beyond its first, at most this many bytes. */
const MAX_BYTES = 4 * 1024 * 1024
/** What is shared out leaves at least this many in each batch: every command costs client and server something. */
const MIN_SHARE = 16
/** More than these that wait are too many, whoever calls. */
const MAX_WAITING = 100_000
const MAX_WAITING_BYTES = 256 * 1024 * 1024
/** How late an abort or the end of the time may be noticed. Milliseconds. */
const SWEEP_MS = 20

export interface Request {
  readonly verb: string
  readonly key: string
  /** About how much is sent or comes back. */
  readonly size: number
}

export interface GatherOptions<R extends Request, T> {
  /** Sends a batch; the answers stand in the order of the requests. A rejection counts for all of them. */
  readonly send: (batch: readonly R[]) => Promise<readonly (T | PoolError)[]>
  /** Batches on their way at most. */
  readonly mostInFlight: number
  /** Those of one turn are shared out over the batches that may go, so that the server works on one while the next is made. */
  readonly shares: boolean
  /** They change something: what was sent and got no answer may still take effect, and those of one key keep their order. */
  readonly writes: boolean
  /** Milliseconds from the call to its answer. */
  readonly limitMs: number
  /** For messages. */
  readonly name: string
}

interface Entry<R, T> {
  readonly request: R
  readonly options: OperationOptions | undefined
  readonly since: number
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
  settled: boolean
}

/**
 * Gathers the requests of a turn of the event loop into batches.
 *
 * A request whose signal aborts rejects with the signal's reason: before it was sent it is taken out, afterwards its
 * effect is not known. A write waits until every earlier write of its key has been answered or given up by the
 * connection, also when nobody waits for that one any more.
 */
export class Gatherer<R extends Request, T> {
  readonly #options: GatherOptions<R, T>
  #waiting: Entry<R, T>[] = []
  #waitingBytes = 0
  readonly #flights = new Set<readonly Entry<R, T>[]>()
  /** Writes of each key that are on their way. */
  readonly #busy = new Map<string, number>()
  #scheduled = false
  #sweeper: ReturnType<typeof setTimeout> | undefined
  #drained: PromiseWithResolvers<void> | undefined

  constructor(options: GatherOptions<R, T>) {
    this.#options = options
  }

  add(request: R, options: OperationOptions | undefined): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes >= MAX_WAITING_BYTES) {
      const message = `${this.#options.name}: too many calls are waiting`
      return Promise.reject(new PoolError('ERR_OVERLOADED', message, { retryable: true }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, options, since: performance.now(), resolve, reject, settled: false })
      this.#waitingBytes += request.size
      this.#schedule()
      this.#sweeper ??= setTimeout(() => this.#sweep(), SWEEP_MS)
    })
  }

  /** Resolves when nothing waits and every batch has been answered. */
  drained(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve()
    this.#drained ??= Promise.withResolvers()
    return this.#drained.promise
  }

  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#flights.size === 0
  }

  /** An immediate gathers more than a microtask: callers need not be equally many awaits away. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const most = this.#mostRequests()
    while (this.#flights.size < this.#options.mostInFlight) {
      const batch = this.#take(most)
      if (batch.length === 0) break
      void this.#fly(batch)
    }
    this.#ended()
  }

  /** How many make one batch now. */
  #mostRequests(): number {
    const { mostInFlight, shares } = this.#options
    if (!shares) return MAX_REQUESTS
    const share = Math.ceil(this.#waiting.length / (mostInFlight - this.#flights.size))
    return Math.min(Math.max(share, MIN_SHARE), MAX_REQUESTS)
  }

  /** Takes the first requests that make one batch out of those that wait. */
  #take(most: number): Entry<R, T>[] {
    const batch: Entry<R, T>[] = []
    const stay: Entry<R, T>[] = []
    const kinds = new Map<string, string>()
    let bytes = 0
    let next = 0
    for (; next < this.#waiting.length && batch.length < most; next++) {
      const entry = this.#waiting[next] as Entry<R, T>
      if (isAborted(entry.options)) settle(entry, () => entry.reject(entry.options?.signal?.reason))
      if (entry.settled) continue
      const { request } = entry
      if (this.#mustWait(request, kinds)) {
        stay.push(entry)
        continue
      }
      if (batch.length > 0 && bytes + request.size > MAX_BYTES) break
      bytes += request.size
      batch.push(entry)
    }
    this.#waiting = stay.length === 0 ? this.#waiting.slice(next) : [...stay, ...this.#waiting.slice(next)]
    this.#waitingBytes = this.#waiting.reduce((sum, { request }) => sum + request.size, 0)
    return batch
  }

  /** A batch may hold writes of one key only if they are all of one kind. */
  #mustWait({ key, verb }: R, kinds: Map<string, string>): boolean {
    if (!this.#options.writes) return false
    const kind = kinds.get(key) ?? verb
    kinds.set(key, kind === verb ? verb : '')
    return kind !== verb || this.#busy.has(key)
  }

  async #fly(batch: readonly Entry<R, T>[]): Promise<void> {
    this.#flights.add(batch)
    this.#mark(batch, 1)
    try {
      const answers = await this.#options.send(batch.map(({ request }) => request))
      for (const [i, entry] of batch.entries()) {
        const answer = answers[i] as T | PoolError
        settle(entry, () => (answer instanceof PoolError ? entry.reject(answer) : entry.resolve(answer)))
      }
    } catch (error) {
      for (const entry of batch) settle(entry, () => entry.reject(error))
    }
    this.#flights.delete(batch)
    this.#mark(batch, -1)
    if (this.#waiting.length > 0) this.#schedule()
    else this.#ended()
  }

  #mark(batch: readonly Entry<R, T>[], by: 1 | -1): void {
    if (!this.#options.writes) return
    for (const { request } of batch) {
      const count = (this.#busy.get(request.key) ?? 0) + by
      if (count > 0) this.#busy.set(request.key, count)
      else this.#busy.delete(request.key)
    }
  }

  #ended(): void {
    if (!this.#isIdle()) return
    clearTimeout(this.#sweeper)
    this.#sweeper = undefined
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** One timer looks at all signals and times, so that no request has a listener or a timer of its own. */
  #sweep(): void {
    this.#sweeper = undefined
    const now = performance.now()
    for (const entry of this.#waiting) this.#check(entry, now, false)
    for (const flight of this.#flights) for (const entry of flight) this.#check(entry, now, true)
    if (this.#waiting.some(({ settled }) => settled)) {
      this.#waiting = this.#waiting.filter(({ settled }) => !settled)
      this.#ended()
    }
    if (!this.#isIdle()) this.#sweeper = setTimeout(() => this.#sweep(), SWEEP_MS)
  }

  #check(entry: Entry<R, T>, now: number, sent: boolean): void {
    const { limitMs, name, writes } = this.#options
    if (isAborted(entry.options)) settle(entry, () => entry.reject(entry.options?.signal?.reason))
    else if (now - entry.since >= limitMs)
      settle(entry, () => entry.reject(noAnswer(name, limitMs, sent && writes)))
  }
}

/** Each request ends once. */
function settle(entry: { settled: boolean }, how: () => void): void {
  if (entry.settled) return
  entry.settled = true
  how()
}
