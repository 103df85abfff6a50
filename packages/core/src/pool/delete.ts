import { type BackendOutcome, PoolError } from '../errors.ts'
import type { Call, CallOwner } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import { inWords } from './read.ts'
import type { Watched } from './sweeper.ts'
import type { Turn } from './turns.ts'
import { Waiters } from './waiters.ts'

/** One `delete`: reaches every attached backend, those without writes or reads too, and replies when all have confirmed. */
export class DeleteOperation implements CallOwner, Watched, Turn {
  readonly waiters: Waiters<void> = new Waiters()
  readonly subject: Subject
  readonly turnKey: number
  watchIndex = -1
  readonly #context: PoolContext
  readonly #outcomes: Record<string, BackendOutcome> = {}
  readonly #calls: Call[] = []
  #pending = 0
  #done = false

  constructor(context: PoolContext, subject: Subject) {
    this.#context = context
    this.subject = subject
    this.turnKey = subject.turnKey
  }

  start(): void {
    this.#context.begin()
    if (this.waiters.hasSignals) this.watch()
    this.#context.turns.enter(this)
  }

  watch(): void {
    if (this.watchIndex < 0 && !this.#done) this.#context.sweeper.watch(this)
  }

  sweep(): void {
    if (!this.waiters.reap()) return
    const quiet = this.#pending === 0
    this.#leave()
    for (const call of this.#calls) if (call.outcome === undefined) call.abort(undefined)
    if (quiet) this.#context.finish()
  }

  run(): void {
    if (this.#done) return
    const { behind, members } = this.#context
    behind.delete(this.turnKey)
    this.#pending = members.all.length
    for (const member of members.all) this.#reach(member)
    if (members.all.length === 0) this.#reply()
  }

  ended(call: Call): void {
    const { member, outcome = 'transient', error } = call
    this.#outcomes[member.id] = { outcome, error }
    if (outcome === 'ok') this.#context.deleted(this.subject, member)
    this.#answered()
  }

  #reach(member: Member): void {
    if (member.unhealthyReason === 'not open') {
      this.#outcomes[member.id] = { outcome: 'permanent', reason: 'not open' }
      queueMicrotask(() => this.#answered())
    } else if (this.#context.unsettled.has(this.subject.key, member)) this.#reachLater(member)
    else this.#call(member)
  }

  /** An earlier put or delete of this block may still take effect there: the delete comes after it. */
  async #reachLater(member: Member): Promise<void> {
    const clear = await this.#context.unsettled.clear(this.subject.key, member)
    if (clear && !this.#done) this.#call(member)
    else {
      this.#outcomes[member.id] = { outcome: 'timeout', reason: 'an earlier call is unsettled' }
      this.#answered()
    }
  }

  #call(member: Member): void {
    this.#calls.push(member.call('delete', this.subject.cid, this))
  }

  #answered(): void {
    this.#pending--
    if (this.#pending > 0) return
    if (this.#done) this.#context.finish()
    else this.#reply()
  }

  #reply(): void {
    const outcomes = this.#outcomes
    const failed = Object.values(outcomes).find(({ outcome }) => outcome !== 'ok')
    if (failed) {
      const message = `not every backend has confirmed the delete, so the block may still be there: ${inWords(outcomes)}`
      this.waiters.reject(
        new PoolError('ERR_UNAVAILABLE', message, { outcomes, cause: failed.error, retryable: true }),
      )
    } else this.waiters.resolve()
    this.#leave()
    this.#context.finish()
  }

  #leave(): void {
    this.#done = true
    const { sweeper, turns, unsettled } = this.#context
    sweeper.release(this)
    for (const call of this.#calls) unsettled.track(this.subject.key, call)
    if (!turns.withdraw(this)) turns.leave(this)
  }
}
