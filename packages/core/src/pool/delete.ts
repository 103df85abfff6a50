import type { Call, CallOwner } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import type { Release } from './sharing.ts'
import type { Watched } from './sweeper.ts'
import type { Turn } from './turns.ts'
import { Waiters } from './waiters.ts'

/**
 * One `delete`: a tombstone in the journal first, which hides the block; then every attached backend, those without writes
 * or reads too. It replies when all that can be reached have answered; what has not confirmed stays owed.
 */
export class DeleteOperation implements CallOwner, Watched, Turn {
  readonly waiters: Waiters<void> = new Waiters()
  readonly subject: Subject
  readonly turnKey: number
  watchIndex = -1
  readonly #context: PoolContext
  readonly #calls: Call[] = []
  /** The tombstone is on its way to the journal, and, where that is shared, what keeps other processes from the block. */
  #burying: Promise<Release | undefined> | undefined
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
    this.#context.behind.delete(this.turnKey)
    this.#pending = 1
    this.#burying = this.#bury()
    this.#burying.then(
      () => this.#reachAll(),
      (error: unknown) => this.#refuse(error),
    )
  }

  async #bury(): Promise<Release | undefined> {
    const { debts, members, sharing } = this.#context
    const release = await sharing?.hold(this.subject)
    const ids = members.all.map(({ id }) => id)
    try {
      await debts.bury(this.subject.key, this.subject.cid.multihash.bytes, ids)
    } catch (error) {
      release?.()
      throw error
    }
    return release
  }

  /** The journal has the tombstone. Those that cannot be reached now are left to the repairs. */
  #reachAll(): void {
    const { members, unsettled } = this.#context
    if (!this.#done) {
      const reachable = members.all.filter(
        (member) => !this.#context.isLastResort(member) && !unsettled.has(this.subject.key, member),
      )
      this.#pending += reachable.length
      for (const member of reachable) this.#calls.push(member.call('delete', this.subject.cid, this))
    }
    this.#answered()
  }

  /** The journal cannot record it, so nothing was deleted. */
  #refuse(error: unknown): void {
    this.#pending = 0
    if (!this.#done) {
      this.waiters.reject(error)
      this.#leave()
    }
    this.#context.finish()
  }

  ended(call: Call): void {
    if (call.outcome === 'ok') void this.#confirm(call.member)
    else this.#answered()
  }

  /** A delete is confirmed by the store that was opened, not by an empty one in its place. */
  async #confirm(member: Member): Promise<void> {
    if (await this.#context.monitor.confirmedAfter(member)) this.#context.deleted(this.subject, member)
    this.#answered()
  }

  #answered(): void {
    this.#pending--
    if (this.#pending > 0) return
    if (this.#context.debts.hides(this.subject.key)) this.#context.repairs.start()
    if (this.#done) this.#context.finish()
    else this.#reply()
  }

  #reply(): void {
    this.waiters.resolve()
    this.#leave()
    this.#context.finish()
  }

  #leave(): void {
    this.#done = true
    const { sweeper, turns, unsettled } = this.#context
    sweeper.release(this)
    for (const call of this.#calls) unsettled.track(this.subject, call)
    this.#burying?.then(
      (release) => release?.(),
      () => {},
    )
    if (!turns.withdraw(this)) turns.leave(this)
  }
}
