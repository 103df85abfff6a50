import type { CID } from 'multiformats/cid'
import { type BackendOutcome, errorCode, PoolError } from '../errors.ts'
import { outcomeOf } from '../plan/outcome.ts'
import { DigestSet } from '../state/digest-set.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'
import { inWords } from './read.ts'
import type { Sweeper, Watched } from './sweeper.ts'

export interface ListOptions {
  readonly signal?: AbortSignal | undefined
  /** Yield what can be listed, and do not end in an error when a backend cannot be. @default false */
  readonly partial?: boolean | undefined
}

/**
 * Every block of the pool once: the union of what its readable backends list. With several backends it remembers what
 * it has yielded, in at most 24 bytes a block.
 */
export class Listing {
  readonly #context: PoolContext
  readonly #options: ListOptions
  readonly #outcomes: Record<string, BackendOutcome> = {}
  readonly #moved: CID[] = []

  constructor(context: PoolContext, options: ListOptions) {
    this.#context = context
    this.#options = options
  }

  /** A block is being moved between backends: the listing may pass it by on both. */
  moved(cid: CID): void {
    this.#moved.push(cid)
  }

  async *run(): AsyncGenerator<CID> {
    const { members } = this.#context
    const readers = members.readers
    for (const member of members.all) {
      if (member.unhealthyReason)
        this.#outcomes[member.id] = { outcome: 'transient', reason: member.unhealthyReason }
    }
    const alone = readers.length === 1
    const seen = new DigestSet(this.#context.random())
    this.#context.listings.add(this)
    try {
      for (const member of readers) {
        for await (const cid of this.#within(member)) if (alone || seen.add(cid)) yield cid
      }
      for (const cid of this.#moved) if (alone || seen.add(cid)) yield cid
    } finally {
      this.#context.listings.delete(this)
    }
    this.#finish()
  }

  /** What one backend lists, under its deadline for each step; its failure is kept for the end. */
  async *#within(member: Member): AsyncGenerator<CID> {
    const step = new Step(this.#context.sweeper, member, this.#options.signal)
    const iterator = member.backend.list({ signal: step.signal })[Symbol.asyncIterator]()
    let error: unknown
    try {
      for (;;) {
        const result = await step.of(() => iterator.next())
        if (result.done) break
        yield result.value
      }
      if ((await this.#context.monitor.unconfirmed([member]))?.length) {
        throw new PoolError('ERR_STORE_GONE', `${member.label}: its store did not identify itself`, {
          retryable: true,
        })
      }
    } catch (caught) {
      this.#options.signal?.throwIfAborted()
      this.#context.assertOpen()
      error = caught
    } finally {
      member.counted(error === undefined ? 'ok' : outcomeOf(error))
      // Not awaited: an iterator that hangs would hang the listing too.
      iterator.return?.().catch(() => {})
      step.end()
    }
    if (error === undefined) return
    this.#outcomes[member.id] = { outcome: outcomeOf(error), error }
    if (errorCode(error) === 'ERR_STORE_GONE') void this.#context.monitor.check(member)
  }

  #finish(): void {
    const failures = Object.values(this.#outcomes)
    if (failures.length === 0 || this.#options.partial) return
    const outcomes = this.#outcomes
    throw new PoolError('ERR_UNAVAILABLE', `the listing is not complete: ${inWords(outcomes)}`, {
      outcomes,
      cause: failures.find(({ error }) => error !== undefined)?.error,
      retryable: true,
    })
  }
}

/** The steps of one iteration: each has the backend's deadline, and ends when the caller gives up. */
class Step implements Watched {
  watchIndex = -1
  readonly #sweeper: Sweeper
  readonly #member: Member
  readonly #given: AbortSignal | undefined
  readonly #controller = new AbortController()
  #deadline = 0
  #reject: (reason: unknown) => void = () => {}

  constructor(sweeper: Sweeper, member: Member, signal: AbortSignal | undefined) {
    this.#sweeper = sweeper
    this.#member = member
    this.#given = signal
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  of<T>(ask: () => Promise<T>): Promise<T> {
    this.#given?.throwIfAborted()
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject
      this.#sweeper.watch(this)
      this.#deadline = this.#sweeper.now + this.#member.timeoutMs
      ask()
        .then(resolve, reject)
        .finally(() => this.#sweeper.release(this))
    })
  }

  sweep(now: number): void {
    if (this.#given?.aborted) this.#fail(this.#given.reason)
    else if (now >= this.#deadline) {
      const { label, timeoutMs } = this.#member
      this.#fail(
        new PoolError('ERR_TIMEOUT', `${label}: no answer to list within ${timeoutMs} ms`, {
          retryable: true,
        }),
      )
    }
  }

  /** Tells the driver that nothing more will be asked. */
  end(): void {
    this.#sweeper.release(this)
    this.#controller.abort()
  }

  #fail(reason: unknown): void {
    this.#sweeper.release(this)
    this.#reject(reason)
    this.#controller.abort(reason)
  }
}
