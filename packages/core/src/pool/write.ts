import type { Block } from '../block.ts'
import { type BackendOutcome, errorCode, type Outcome, PoolError } from '../errors.ts'
import { Agreement } from './agreement.ts'
import type { Call, CallOwner } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import { Copies } from './copies.ts'
import type { Member } from './member.ts'
import { inWords } from './read.ts'
import type { Watched } from './sweeper.ts'
import type { Turn } from './turns.ts'
import { Waiters } from './waiters.ts'
import { unasked, type WritePlan } from './write-plan.ts'

const STORED: BackendOutcome = { outcome: 'ok' }
const NO_MEMBERS: readonly Member[] = []

/**
 * One `put`: writes the first targets side by side, replaces one that fails by the next candidate, and replies when the
 * quorum has acknowledged. What is still on its way goes on behind the reply.
 */
export class PutOperation implements CallOwner, Watched, Turn {
  readonly waiters: Waiters<void> = new Waiters()
  readonly subject: Subject
  readonly turnKey: number
  watchIndex = -1
  readonly #context: PoolContext
  readonly #block: Block
  /** What became of backends that hold no copy. */
  #refusals: Record<string, BackendOutcome> | undefined
  readonly #copies: Copies
  /** Backends that an earlier call may still change. */
  #unsettled = NO_MEMBERS
  /** The reply waits for the journal. */
  #recording = false
  /** A copy that was known to be corrupt has been replaced. */
  #replaced = false
  /** A backend was asked to change, so it may hold a copy. */
  #wrote = false
  #replied = false
  /** Undefined where the journal belongs to this pool alone. */
  readonly #agreement: Agreement | undefined
  #whenQuiet: (() => void) | undefined

  /** @param begun copies that are planned already, and some of them written: the put must run at once then. */
  constructor(context: PoolContext, subject: Subject, block: Block, begun?: Copies) {
    this.#context = context
    this.subject = subject
    this.turnKey = subject.turnKey
    this.#block = block
    this.#copies = begun ?? new Copies(context, subject, block.bytes.length)
    this.#wrote = this.#copies.holders.length > 0
    this.#agreement = context.sharing && new Agreement(context.sharing, subject, context.options.clock)
  }

  /** Another put of the block may join: no delete of another process has come since the journal was asked. */
  get joinable(): boolean {
    return !this.#agreement?.isReached
  }

  start(): void {
    this.#context.begin()
    if (this.waiters.hasSignals) this.watch()
    this.#context.turns.enter(this)
  }

  watch(): void {
    if (this.watchIndex < 0 && !this.#replied) this.#context.sweeper.watch(this)
  }

  sweep(): void {
    if (!this.waiters.reap()) return
    const pending = [...this.#copies.pending]
    if (this.#wrote) void this.#owe().catch(() => {})
    this.#leave()
    for (const call of pending) call.abort(undefined)
    if (pending.length === 0 && !this.#recording) this.#finish()
  }

  run(): void {
    if (this.#replied) return
    if (this.#copies.plan) {
      this.#proceed()
      return
    }
    const { options, members, behind } = this.#context
    behind.delete(this.turnKey)
    const now = options.clock.now()
    const serving = members.serving(now)
    if (serving < options.minHealthy) {
      const message = `${serving} of at least ${options.minHealthy} backends are healthy`
      this.#reject(failure('ERR_NOT_ENOUGH_BACKENDS', message, {}))
      return
    }
    this.#agreement?.begin()
    if (this.#makePlan(this.#candidates(now))) this.#begin()
  }

  #begin(): void {
    const { copies } = this.#plan
    const known = this.#context.hinted(this.subject)
    const hinted = known.length < copies ? known : known.filter((member) => this.#lasts(member))
    if (hinted.length >= copies) for (const member of hinted) this.#call('has', member)
    else this.#proceed()
  }

  get #plan(): WritePlan {
    return this.#copies.plan as WritePlan
  }

  /** Plans the copies among the candidates; false when the strategy threw, and the put has failed. */
  #makePlan(candidates: readonly Member[]): boolean {
    try {
      this.#copies.planAmong(candidates)
      return true
    } catch (error) {
      this.#reject(error)
      return false
    }
  }

  /** A copy there stays: the backend does, and no earlier delete may still land on it. */
  #lasts(member: Member): boolean {
    const { unsettled } = this.#context
    return !member.draining && (unsettled.isEmpty || !unsettled.has(this.subject.key, member))
  }

  ended(call: Call): void {
    const { member, outcome, verb } = call
    this.#copies.ended(call)
    this.#context.unsettled.track(this.subject, call)
    if (outcome === 'ok') this.#succeeded(call)
    else if (verb !== 'has') this.#refused(call)
    else if (outcome === 'missing') this.#context.locations.remove(this.subject, member)
    // What hints promised is asked first, all of it, before anything is written.
    const asking = verb === 'has' && this.#copies.pending.some((other) => other.verb === 'has')
    // A copy that is there now was on its way before: none lacks that did not.
    if (outcome === 'ok' && verb === 'put') this.#reply()
    else if (!asking) this.#proceed()
    if (this.#copies.pending.length === 0) this.#whenQuiet?.()
  }

  /** Backends that may take the block: not those that may still change it on their own. */
  #candidates(now: number): readonly Member[] {
    const { members, unsettled } = this.#context
    const fit = members.writers(this.#block.bytes.length, now)
    if (unsettled.isEmpty) return fit
    this.#unsettled = fit.filter((member) => unsettled.has(this.subject.key, member))
    for (const member of this.#unsettled) {
      this.#refuse(member, { outcome: 'timeout', reason: 'an earlier call is unsettled' })
    }
    return fit.filter((member) => !this.#unsettled.includes(member))
  }

  /** When the others are not enough, the backends that an earlier call may still change are waited for, once. */
  async #waitForUnsettled(): Promise<void> {
    const waiting = this.#unsettled
    this.#unsettled = NO_MEMBERS
    const clear = await Promise.all(waiting.map((m) => this.#context.unsettled.clear(this.subject.key, m)))
    if (this.#replied) return
    if (this.#makePlan(waiting.filter((_, i) => clear[i]))) this.#proceed()
  }

  #call(verb: 'has' | 'put' | 'delete', member: Member): void {
    const call = member.call(verb, this.subject.cid, this, verb === 'put' ? this.#block : undefined)
    this.#copies.pending.push(call)
    if (verb !== 'has') this.#wrote = true
    // In the block's turn nothing else changes it; behind the reply the next change has to know.
    if (this.#replied) this.#context.unsettled.track(this.subject, call)
  }

  #succeeded({ verb, member }: Call): void {
    if (verb !== 'delete') {
      this.#held(member)
      return
    }
    this.#context.deleted(this.subject, member)
    this.#replaced = true
    if (this.#mayFill) this.#call('put', member)
  }

  #held(member: Member): void {
    this.#copies.add(member)
    this.#context.stored(this.subject, member, this.#block.bytes.length)
  }

  #refuse(member: Member, why: BackendOutcome): void {
    this.#refusals ??= {}
    this.#refusals[member.id] = why
  }

  #refused(call: Call): void {
    const { member, error } = call
    const outcome = call.outcome as Outcome
    this.#refuse(member, { outcome, error })
    if (outcome === 'aborted') return
    if (errorCode(error) === 'ERR_STORE_GONE') void this.#context.monitor.check(member)
    this.#context.failovers++
    this.#context.emit({
      type: 'failover',
      op: 'put',
      cid: this.subject.cid,
      backend: member.id,
      outcome,
      error,
    })
  }

  /** Starts the copies that are lacking, replies when the quorum is there, and ends when nothing is under way. */
  #proceed(): void {
    if (this.#mayFill && !this.#whenQuiet) this.#fill()
    this.#reply()
  }

  #reply(): void {
    if (this.#recording) return
    if (!this.#replied && this.#copies.acknowledged >= this.#copies.quorum) this.#acknowledge()
    else this.#finishUp()
  }

  #finishUp(): void {
    if (this.#copies.pending.length > 0) return
    if (this.#replied) this.#complete()
    else if (this.#unsettled.length > 0) void this.#waitForUnsettled()
    else this.#giveUp()
  }

  /** More copies may be started: before the reply, and after it until another change of the block begins. */
  get #mayFill(): boolean {
    return !this.#replied || this.#context.behind.get(this.turnKey) === this
  }

  #fill(): void {
    const bad = this.#context.corruptAt(this.subject)
    const now = this.#context.options.clock.now()
    for (;;) {
      const next = this.#copies.next(bad, now)
      if (!next) return
      const isBad = bad.has(next.location)
      if (isBad && this.#agreement && !this.#agreement.isAlone) {
        this.#holdThenFill(this.#agreement)
        return
      }
      // A driver that skips keys it has would keep a bad copy.
      this.#call(isBad ? 'delete' : 'put', next)
    }
  }

  /** Another process may be replacing the bad copy, too: its copy must not be the one that is deleted. */
  #holdThenFill(agreement: Agreement): void {
    if (!this.#recording && !this.#replied) void this.#record(agreement.hold(), () => this.#proceed())
  }

  /**
   * The quorum is there. Before the reply the journal learns that blocks may have so few copies, lifts a tombstone, and
   * forgets that a copy was corrupt: the pool would not ask for it after a crash.
   */
  #acknowledge(): void {
    if (this.#agreement && !this.#agreement.isReached) {
      void this.#record(this.#agree(this.#agreement), () => this.#proceed())
      return
    }
    const { debts, leastCopies, scrubs } = this.#context
    if (scrubs.size > 0)
      for (const scrub of scrubs) scrub.leastCopies = Math.min(scrub.leastCopies, this.#copies.quorum)
    const lowers = this.#copies.quorum < leastCopies
    const lifts = debts.tombs > 0 && debts.isBuried(this.subject.key)
    if (!lowers && !lifts && !this.#replaced) {
      this.#succeed()
      return
    }
    const told: Promise<void>[] = []
    if (lowers) told.push(this.#context.lowerLeastCopies(this.#copies.quorum))
    if (lifts) told.push(debts.unbury(this.subject.key, this.subject.cid.multihash.bytes))
    if (this.#replaced) told.push(debts.told())
    void this.#record(Promise.all(told), () => this.#succeed())
  }

  /** A delete of another process that has overlapped may have taken the copies away: then they are all written again. */
  async #agree(agreement: Agreement): Promise<void> {
    if ((await agreement.reach()) || this.#replied) return
    await this.#quiet()
    this.#copies.holders.length = 0
    if (!this.#replied) this.#makePlan(this.#candidates(this.#context.options.clock.now()))
  }

  /** Resolves when no call is under way; none is started until then. */
  async #quiet(): Promise<void> {
    if (this.#copies.pending.length === 0) return
    await new Promise<void>((resolve) => {
      this.#whenQuiet = resolve
    })
    this.#whenQuiet = undefined
  }

  #finish(): void {
    this.#agreement?.end()
    this.#context.finish()
  }

  /** Fewer copies than the quorum: what may have been left is owed before that is told. */
  #giveUp(): void {
    const outcomes = this.#outcomes()
    const error = failure('ERR_NOT_ENOUGH_REPLICAS', this.#shortfall(outcomes), outcomes)
    const fail = (): void => this.#reject(error)
    if (this.#wrote) void this.#record(this.#owe(), fail, fail)
    else fail()
  }

  /** A copy may have been left: it is to be completed; or deleted again, when the block was deleted before. */
  #owe(): Promise<void> {
    const { debts, members } = this.#context
    const { key, cid } = this.subject
    const { bytes } = cid.multihash
    // Otherwise another process may have put the block again.
    const alone = this.#agreement?.isAlone ?? true
    const buried = alone && (debts.of(key)?.deleteFrom.size ?? 0) > 0
    return buried
      ? debts.bury(
          key,
          bytes,
          members.all.map(({ id }) => id),
        )
      : debts.lacks(key, bytes)
  }

  /** Goes on when the journal has it; an operation that ended meanwhile only ends. */
  async #record(written: Promise<unknown>, next: () => void, otherwise?: () => void): Promise<void> {
    this.#recording = true
    let failed: { readonly error: unknown } | undefined
    try {
      await written
    } catch (error) {
      failed = { error }
    }
    this.#recording = false
    if (this.#replied) this.#finishUp()
    else if (!failed) next()
    else if (otherwise) otherwise()
    else {
      void this.#owe().catch(() => {})
      this.#reject(failed.error)
    }
  }

  #succeed(): void {
    this.waiters.resolve()
    this.#context.behind.set(this.turnKey, this)
    this.#leave()
    this.#finishUp()
  }

  #complete(): void {
    const { copies } = this.#plan
    const have = this.#copies.holders.length
    const last = this.#mayFill
    if (last) this.#context.behind.delete(this.turnKey)
    if (have < copies) this.#oweCopies(have, copies)
    else if (last && this.#context.debts.size > 0) this.#context.debts.replicated(this.subject.key)
    this.#finish()
  }

  /** Also when another change of the block has begun: what is owed is looked at again before it is paid. */
  #oweCopies(have: number, want: number): void {
    const { cid, key } = this.subject
    if (this.#copies.acknowledged >= this.#copies.quorum) {
      this.#context.emit({ type: 'under-replicated', cid, have, want })
    }
    void this.#context.debts.lacks(key, cid.multihash.bytes).catch(() => {})
    this.#context.repairs.start()
  }

  /** What became of the copy of each backend. */
  #outcomes(): Readonly<Record<string, BackendOutcome>> {
    const outcomes = { ...this.#refusals }
    for (const { id } of this.#copies.holders) outcomes[id] = STORED
    for (const [id, why] of unasked(this.#context, this.#copies.plan?.ranked ?? [], this.#block.bytes.length))
      outcomes[id] ??= why
    return outcomes
  }

  #shortfall(outcomes: Readonly<Record<string, BackendOutcome>>): string {
    const { copies } = this.#plan
    const have = this.#copies.acknowledged
    const lasting =
      this.#context.options.durability === 'none'
        ? ''
        : ` of durability '${this.#context.options.durability}'`
    return `${have} of ${this.#copies.quorum} copies${lasting} were acknowledged (${copies} wanted): ${inWords(outcomes)}`
  }

  #reject(error: unknown): void {
    this.waiters.reject(error)
    this.#leave()
    this.#context.repairs.start()
    // Otherwise the last call under way ends it.
    if (this.#copies.pending.length === 0) this.#finish()
  }

  /** Ends the turn: what is still with a driver is remembered, so that the next change of the block comes after it. */
  #leave(): void {
    this.#replied = true
    const { sweeper, turns, unsettled } = this.#context
    sweeper.release(this)
    for (const call of this.#copies.pending) unsettled.track(this.subject, call)
    if (!turns.withdraw(this)) turns.leave(this)
  }
}

function failure(
  code: 'ERR_NOT_ENOUGH_BACKENDS' | 'ERR_NOT_ENOUGH_REPLICAS',
  message: string,
  outcomes: Readonly<Record<string, BackendOutcome>>,
): PoolError {
  const failed = Object.values(outcomes).find(({ error }) => error !== undefined)
  return new PoolError(code, message, { outcomes, cause: failed?.error, retryable: true })
}
