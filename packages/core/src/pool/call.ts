import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import type { OperationOptions } from '../block-store.ts'
import { type Outcome, PoolError } from '../errors.ts'
import { isUnsettled, outcomeOf } from '../plan/outcome.ts'
import type { Member } from './member.ts'
import type { Watched } from './sweeper.ts'

export type Verb = 'get' | 'put' | 'has' | 'delete'

/** The operation that a call belongs to. */
export interface CallOwner {
  /** The call has its outcome. Called once for each call, never from within the start of the call. */
  ended(call: Call): void
}

/**
 * One call of one backend: what the sweeper watches, what the operation is told, and the options object that the driver
 * sees. The signal is made when the driver asks for it, since most never do.
 */
export class Call implements OperationOptions, Watched {
  readonly member: Member
  readonly verb: Verb
  readonly cid: CID
  /** The block of a put. */
  readonly block: Block | undefined
  readonly owner: CallOwner
  /** Undefined until the call has ended. */
  outcome: Outcome | undefined
  /** The bytes of a `get` that ended ok. */
  bytes: Uint8Array | undefined
  error: unknown
  /** When the call counts as timed out, in the clock's milliseconds. */
  deadline = 0
  /** When the driver was called, for one call in some; -1 when it is not timed. */
  startedAt = -1
  watchIndex = -1
  /** The driver was called, and its promise has not settled. */
  withDriver = false
  /** A breaker that is not closed has let it through: its outcome decides. */
  probe = false
  /** It took so long that another backend was asked too. */
  hedged = false
  /** The driver gave up, but what it sent may still arrive. */
  cut = false
  /** It waits for a free place in the backend, between these two. Owned by the queue. */
  queued = false
  before: Call | undefined
  after: Call | undefined
  /** Told once when the driver's promise has settled, or will never be asked for. */
  onSettled: (() => void) | undefined
  #controller: AbortController | undefined

  constructor(member: Member, verb: Verb, cid: CID, block: Block | undefined, owner: CallOwner) {
    this.member = member
    this.verb = verb
    this.cid = cid
    this.block = block
    this.owner = owner
  }

  /** For the driver: aborted when the pool no longer waits for this call. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.outcome !== undefined) this.#controller.abort(this.error)
    }
    return this.#controller.signal
  }

  get aborted(): boolean {
    return this.outcome !== undefined
  }

  /** Calls the driver. */
  launch(): void {
    this.withDriver = true
    this.#ask().then(
      (value) => this.#answered(value),
      (error: unknown) => this.#failed(error),
    )
  }

  sweep(now: number): void {
    if (now >= this.deadline) this.#expire()
  }

  /** Gives the call up: the operation is told at once, the driver when it looks. */
  abort(reason: unknown): void {
    this.#end('aborted', reason)
    this.#controller?.abort(reason)
  }

  /** Ends the call before the driver was asked, because too many wait already. */
  refuse(): void {
    this.#end('transient', overloaded(`${this.member.label}: too many calls are waiting`))
  }

  #ask(): Promise<unknown> {
    const { backend } = this.member
    try {
      switch (this.verb) {
        case 'get':
          return backend.get(this.cid, this)
        case 'has':
          return backend.has(this.cid, this)
        case 'put':
          return backend.put(this.block as Block, this)
        case 'delete':
          return backend.delete(this.cid, this)
      }
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #answered(value: unknown): void {
    this.#settled()
    if (this.outcome !== undefined) return
    if (this.verb === 'has') this.#end(value ? 'ok' : 'missing')
    else if (this.verb !== 'get') this.#end('ok')
    else if (!value) this.#end('missing')
    else this.#verify(value as Uint8Array)
  }

  #verify(bytes: Uint8Array): void {
    const verdict = this.member.matches(this.cid, bytes)
    if (verdict === undefined) {
      this.member.matchesLater(this.cid, bytes).then(
        (matches) => this.#judged(bytes, matches),
        (error: unknown) => this.#end(outcomeOf(error), error),
      )
    } else this.#judged(bytes, verdict)
  }

  #judged(bytes: Uint8Array, matches: boolean): void {
    if (matches) {
      this.bytes = bytes
      this.#end('ok')
    } else
      this.#end(
        'corrupt',
        new PoolError('ERR_CORRUPT', `${this.member.label} returned bytes that do not match`),
      )
  }

  #failed(error: unknown): void {
    const late = this.outcome !== undefined
    this.cut = isUnsettled(error) || (late && this.member.lateEffects)
    this.#settled()
    this.#end(outcomeOf(error), error)
  }

  #expire(): void {
    const { label, timeoutMs } = this.member
    const error = this.queued
      ? overloaded(`${label}: ${this.verb} waited ${timeoutMs} ms for a free place`)
      : new PoolError('ERR_TIMEOUT', `${label}: no answer to ${this.verb} within ${timeoutMs} ms`, {
          retryable: true,
        })
    this.#end(outcomeOf(error), error)
    this.#controller?.abort(error)
  }

  #settled(): void {
    this.withDriver = false
    this.member.freed()
    this.onSettled?.()
  }

  #end(outcome: Outcome, error?: unknown): void {
    if (this.outcome !== undefined) return
    this.outcome = outcome
    this.error = error
    const neverAsked = this.queued
    this.member.count(this)
    if (neverAsked) this.onSettled?.()
    this.owner.ended(this)
  }
}

function overloaded(message: string): PoolError {
  return new PoolError('ERR_OVERLOADED', message, { retryable: true })
}
