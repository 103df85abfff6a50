import { type BackendOutcome, errorCode, type Outcome, PoolError } from '../errors.ts'
import { judgeAbsence } from '../plan/absence.ts'
import { whyNotRead } from '../plan/eligibility.ts'
import type { RouteRequest } from '../strategy.ts'
import type { Call, CallOwner } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { HedgeWait } from './hedges.ts'
import type { Member } from './member.ts'
import type { Watched } from './sweeper.ts'
import type { Turn } from './turns.ts'
import { Waiters } from './waiters.ts'

const NO_CALLS: readonly Call[] = []
const NO_MEMBERS: readonly Member[] = []

export type ReadVerb = 'get' | 'has'
export type ReadResult = Uint8Array | boolean | undefined

/**
 * One `get` or `has`. Hinted locations first, then the strategy's order, then every other readable backend.
 *
 * After a fault the next backend is asked alone, because it probably holds the copy. Once a backend without a hint has
 * answered "missing", the rest are asked side by side: the block is absent or misplaced, and either way they all matter.
 */
export class ReadOperation implements CallOwner, Watched, Turn {
  readonly waiters: Waiters<ReadResult> = new Waiters()
  readonly verb: ReadVerb
  readonly subject: Subject
  readonly turnKey: number
  watchIndex = -1
  readonly #context: PoolContext
  #calls: readonly Call[] = NO_CALLS
  #pending = 0
  #wait: HedgeWait | undefined
  #hinted: readonly Member[] | undefined
  #order: readonly Member[] | undefined
  #readers: readonly Member[] | undefined
  #mark: number
  #inTurn = false
  #unconfirmed: readonly Member[] = NO_MEMBERS
  #done = false
  #finished = false

  /** `hinted`: `probableHolders` of the block. */
  constructor(context: PoolContext, verb: ReadVerb, subject: Subject, hinted: readonly Member[]) {
    this.#context = context
    this.verb = verb
    this.subject = subject
    this.#hinted = hinted
    this.turnKey = subject.turnKey
    this.#mark = context.turns.mark
  }

  /** Another read of the block may join: no change of it has ended, or is under way, since this one began. */
  get joinable(): boolean {
    return !this.#context.turns.changedSince(this.turnKey, this.#mark)
  }

  start(): void {
    const context = this.#context
    context.begin()
    context.flights.set(this.turnKey, this)
    if (this.waiters.hasSignals) this.watch()
    context.hedges?.earn()
    const learnt = context.locations.learn(this.subject)
    if (learnt) void learnt.then(() => this.#begin())
    else this.#advance(undefined)
  }

  #begin(): void {
    this.#hinted = undefined
    if (this.#done) this.#finishWhenQuiet()
    else this.#advance(undefined)
  }

  watch(): void {
    if (this.watchIndex < 0 && !this.#done) this.#context.sweeper.watch(this)
  }

  sweep(): void {
    if (!this.waiters.reap()) return
    this.#end()
    this.#abandon(undefined)
  }

  /** Asks again in the block's turn, when nothing moves it. */
  run(): void {
    if (this.#done) {
      this.#context.turns.leave(this)
      return
    }
    this.#calls = NO_CALLS
    this.#unconfirmed = NO_MEMBERS
    this.#hinted = undefined
    this.#order = undefined
    this.#advance(undefined)
  }

  ended(call: Call): void {
    this.#pending--
    this.#wait?.end()
    const { member, outcome } = call
    if (outcome === 'ok') this.#found(call)
    else if (outcome === 'missing') this.#context.locations.remove(this.subject, member)
    else if (outcome === 'corrupt') this.#corrupt(member)
    else if (outcome !== 'aborted' && errorCode(call.error) === 'ERR_STORE_GONE')
      void this.#context.monitor.check(member)
    if (this.#done) {
      this.#finishWhenQuiet()
      return
    }
    this.#advance(call)
  }

  #found(call: Call): void {
    if (this.#done) return
    if (!this.#hinted?.includes(call.member)) this.#context.locations.add(this.subject, call.member)
    this.waiters.resolve(this.verb === 'get' ? call.bytes : true)
    this.#end()
    this.#abandon(call)
    this.#reportDamage()
    const { debts, repairs } = this.#context
    if (this.verb === 'get' && debts.size > 0) repairs.start()
  }

  #corrupt(member: Member): void {
    // Bytes read before a change of the block say nothing about the copy that is there now.
    if (this.#inTurn || this.joinable) this.#context.corrupted(this.subject, member)
    else this.#context.emit({ type: 'corrupt', cid: this.subject.cid, backend: member.id })
  }

  /** Asks whom to ask next, given the call that has just ended without a copy. */
  #advance(last: Call | undefined): void {
    if (this.#pending > 0) return
    let next: readonly Member[]
    try {
      next = this.#next(last)
    } catch (error) {
      // The strategy threw.
      this.#reject(error)
      return
    }
    if (next.length === 0) {
      this.#settle()
      return
    }
    if (last && isFault(last.outcome)) this.#failover(last)
    this.#askTogether(next)
    if (this.#context.hedges && next.length === 1) this.#hedgeLater(this.#calls.at(-1) as Call)
  }

  /** One backend is asked alone: when it takes long, the next one is asked too. */
  #hedgeLater(call: Call): void {
    this.#wait?.end()
    this.#wait = this.#context.hedges?.wait(call.member, () => this.#hedge(call))
  }

  #hedge(slow: Call): void {
    const [second] = this.#next(undefined)
    if (!second || this.#context.isLastResort(second) || !this.#context.hedges?.take()) return
    slow.hedged = true
    this.#ask(second)
  }

  #next(last: Call | undefined): readonly Member[] {
    this.#hinted ??= probableHolders(this.#context, this.subject)
    // Nearly always the first question is the only one, and has one backend to go to.
    if (this.#hinted.length === 1 && this.#calls.length === 0) return this.#hinted
    const hinted = this.#hinted.find((member) => !this.#asked(member))
    if (hinted) return [hinted]
    const left = this.#rest()
    if (left.length === 0) return left
    const rest = left.filter((member) => !this.#context.isLastResort(member))
    // Those are asked when the others have not settled it: an absence that is certain needs no more.
    if (rest.length === 0) return this.#verdict() !== 'absent' ? left : []
    const alone = this.verb === 'get' && last?.outcome !== 'missing'
    return alone ? rest.slice(0, 1) : rest
  }

  /** Those that do their work at once are asked last, while the requests of the others are on their way. */
  #askTogether(members: readonly Member[]): void {
    const { clock } = this.#context.options
    const last = members.length > 1 ? members.filter(({ traits }) => traits.synchronous) : NO_MEMBERS
    if (last.length === 0 || last.length === members.length || !clock.immediate) {
      for (const member of members) this.#ask(member)
      return
    }
    for (const member of members) if (!last.includes(member)) this.#ask(member)
    this.#pending += last.length
    clock.immediate(() => this.#askLast(last))
  }

  #askLast(members: readonly Member[]): void {
    this.#pending -= members.length
    if (this.#done) this.#finishWhenQuiet()
    else for (const member of members) this.#ask(member)
  }

  #ask(member: Member): void {
    this.#pending++
    const call = member.call(this.verb, this.subject.cid, this)
    this.#calls = this.#calls.length === 0 ? [call] : [...this.#calls, call]
  }

  #asked(member: Member): boolean {
    return this.#callOf(member) !== undefined
  }

  /** Readable backends that were not asked, in order. */
  #rest(): readonly Member[] {
    const bad = this.#context.corruptAt(this.subject)
    const { readers } = this.#context.members
    // A backend may have come, or come back, since the read began.
    if (this.#readers !== readers) this.#order = undefined
    this.#readers = readers
    // `has` asks them side by side: their order does not matter.
    this.#order ??= this.verb === 'has' ? readers : ordered(this.#context, this.subject, readers)
    return this.#order.filter((member) => !this.#asked(member) && !bad.has(member.location))
  }

  #failover(call: Call): void {
    this.#context.failovers++
    this.#context.emit({
      type: 'failover',
      op: this.verb,
      cid: this.subject.cid,
      backend: call.member.id,
      outcome: call.outcome as Outcome,
      error: call.error,
    })
  }

  /** Nobody returned the block: says whether it is absent, or that this is not known. */
  #settle(): void {
    const verdict = this.#verdict()
    if (verdict === 'unknown') {
      this.#reject(this.#notFound('unknown'))
      return
    }
    const unconfirmed = this.#context.monitor.unconfirmed(this.#calls.map((call) => call.member))
    if (unconfirmed) unconfirmed.then((members) => this.#settleConfirmed(members))
    else this.#conclude(verdict)
  }

  #settleConfirmed(unconfirmed: readonly Member[]): void {
    if (this.#done) return
    this.#unconfirmed = unconfirmed
    this.#conclude(this.#verdict())
  }

  #conclude(verdict: ReturnType<typeof judgeAbsence>): void {
    const { turns } = this.#context
    if (!this.#inTurn && turns.changedSince(this.turnKey, this.#mark)) {
      this.#inTurn = true
      this.watch()
      turns.enter(this)
      return
    }
    if (verdict !== 'absent') {
      this.#reject(this.#notFound(verdict))
      // Copies in quarantine are looked at again: one may be whole by now.
      if (verdict === 'corrupt') this.#context.repairs.start()
      return
    }
    this.waiters.resolve(this.verb === 'get' ? undefined : false)
    this.#end()
    this.#finishWhenQuiet()
  }

  #verdict(): ReturnType<typeof judgeAbsence> {
    if (this.#allSaidMissing()) return 'absent'
    const { debts, leastCopies, members } = this.#context
    const answers = members.all.map((member) => ({
      outcome: this.#outcome(member).outcome,
      durability: member.traits.durability,
    }))
    return judgeAbsence(answers, leastCopies, debts.size > 0 && debts.of(this.subject.key) !== undefined)
  }

  /** The plain case: every attached backend was asked, and is believed. */
  #allSaidMissing(): boolean {
    const { members, quarantine } = this.#context
    if (this.#unconfirmed.length > 0 || !quarantine.isEmpty) return false
    for (const member of members.all) {
      if (this.#callOf(member)?.outcome !== 'missing' || whyNotRead(member)) return false
    }
    return true
  }

  #callOf(member: Member): Call | undefined {
    for (const call of this.#calls) if (call.member === member) return call
    return undefined
  }

  /** What one backend said to this operation. */
  #outcome(member: Member): Partial<BackendOutcome> {
    const call = this.#callOf(member)
    const reason = this.#unconfirmed.includes(member)
      ? 'its store did not identify itself'
      : whyNotRead(member)
    if (this.#context.corruptAt(this.subject).has(member.location)) return { outcome: 'corrupt' }
    if (call && !(call.outcome === 'missing' && reason)) {
      return { ...(call.outcome && { outcome: call.outcome }), error: call.error }
    }
    return { reason: member.unhealthyReason ?? reason }
  }

  #reject(error: unknown): void {
    this.waiters.reject(error)
    this.#end()
    this.#finishWhenQuiet()
  }

  #notFound(verdict: 'corrupt' | 'unknown'): PoolError {
    const { members } = this.#context
    const outcomes: Record<string, BackendOutcome> = {}
    for (const member of members.all) {
      const { outcome = 'transient', reason, error } = this.#outcome(member)
      outcomes[member.id] = { outcome, reason, error }
    }
    if (verdict === 'corrupt') {
      return new PoolError('ERR_CORRUPT', 'only copies that do not match the CID are left', { outcomes })
    }
    return new PoolError('ERR_UNAVAILABLE', `cannot tell whether the block exists: ${inWords(outcomes)}`, {
      outcomes,
      retryable: true,
      cause: Object.values(outcomes).find(({ error }) => error !== undefined)?.error,
    })
  }

  /** A copy was missing where a hint had it: behind the reply the copies are counted, and made where they lack. */
  #reportDamage(): void {
    if (this.verb !== 'get' || this.#calls.length === 1) return
    const lost = this.#calls.some((call) => call.outcome === 'missing' && this.#hinted?.includes(call.member))
    const { debts } = this.#context
    if (lost) void debts.lacks(this.subject.key, this.subject.cid.multihash.bytes).catch(() => {})
  }

  #end(): void {
    this.#done = true
    this.#wait?.end()
    this.#context.sweeper.release(this)
    if (this.#context.flights.get(this.turnKey) === this) this.#context.flights.delete(this.turnKey)
    if (this.#inTurn && !this.#context.turns.withdraw(this)) this.#context.turns.leave(this)
  }

  /** Gives up the calls that are still under way. */
  #abandon(except: Call | undefined): void {
    if (this.#pending === 0) {
      this.#finishWhenQuiet()
      return
    }
    const pending = this.#calls.filter((call) => call !== except && call.outcome === undefined)
    for (const call of pending) call.abort(undefined)
  }

  #finishWhenQuiet(): void {
    if (this.#pending > 0 || this.#finished) return
    this.#finished = true
    this.#context.finish()
  }
}

/** Backends that are believed to hold the block, in the order in which to ask them. */
export function probableHolders(context: PoolContext, subject: Subject): readonly Member[] {
  return ordered(context, subject, context.hinted(subject))
}

function ordered(context: PoolContext, subject: Subject, members: readonly Member[]): readonly Member[] {
  if (members.length < 2) return members
  return inReadOrder(context, context.request('read', subject, undefined), members)
}

/** The order in which the strategy wants these asked; those that it leaves out come last. */
export function inReadOrder(
  { options }: PoolContext,
  request: RouteRequest,
  members: readonly Member[],
): readonly Member[] {
  const ranked = options.strategy.rank(request, members)
  return ranked.length === members.length
    ? ranked
    : [...ranked, ...members.filter((member) => !ranked.includes(member))]
}

function isFault(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && outcome !== 'ok' && outcome !== 'missing'
}

/** The outcomes in a line: "hot: timeout, cold: unhealthy". */
export function inWords(outcomes: Readonly<Record<string, BackendOutcome>>): string {
  return Object.entries(outcomes)
    .map(([id, { outcome, reason }]) => `${id}: ${reason ?? outcome}`)
    .join(', ')
}
