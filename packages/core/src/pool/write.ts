import type { Block } from '../block.ts'
import { type BackendOutcome, errorCode, type Outcome, PoolError } from '../errors.ts'
import { whyNotWrite } from '../plan/eligibility.ts'
import { quorumOf, survives } from '../plan/quorum.ts'
import { Spread } from '../plan/spread.ts'
import type { RouteRequest } from '../strategy.ts'
import type { Call, CallOwner } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import { inWords } from './read.ts'
import type { Watched } from './sweeper.ts'
import type { Turn } from './turns.ts'
import { Waiters } from './waiters.ts'

/** Where a block may go: the copies wanted, the order, and what the strategy left out. */
export interface WritePlan {
  readonly copies: number
  readonly spread: Spread<Member>
  readonly ranked: readonly Member[]
}

/** Plans the copies of a block among the candidates. */
export function planWrite(
  context: PoolContext,
  request: RouteRequest,
  candidates: readonly Member[],
): WritePlan {
  const { strategy } = context.options
  const copies = copiesOf(context, request)
  const ranked = strategy.rank(request, candidates)
  const tiers = strategy.tier && ranked.map((member) => strategy.tier?.(request, member) ?? 0)
  return { copies, ranked, spread: new Spread(ranked, copies, tiers) }
}

/** Copies wanted of this block. `'all'` means all backends with writes on, healthy or not. */
function copiesOf(context: PoolContext, request: RouteRequest): number {
  const { options, members } = context
  const asked = options.strategy.copies?.(request) ?? options.copies
  return asked === 'all' ? Math.max(1, members.all.filter((member) => member.write).length) : asked
}

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
  readonly #outcomes: Record<string, BackendOutcome> = {}
  readonly #holders: Member[] = []
  #pending: Call[] = []
  #plan: WritePlan | undefined
  #quorum = 0
  #replied = false

  constructor(context: PoolContext, subject: Subject, block: Block) {
    this.#context = context
    this.subject = subject
    this.turnKey = subject.turnKey
    this.#block = block
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
    const pending = this.#pending
    this.#leave()
    for (const call of pending) call.abort(undefined)
    if (pending.length === 0) this.#context.finish()
  }

  run(): void {
    if (this.#replied) return
    const { options, members, flights } = this.#context
    flights.delete(this.turnKey)
    if (members.healthy < options.minHealthy) {
      this.#fail(
        'ERR_NOT_ENOUGH_BACKENDS',
        `${members.healthy} of at least ${options.minHealthy} backends are healthy`,
      )
      return
    }
    const request = this.#context.request('write', this.subject, this.#block.bytes.length)
    this.#plan = planWrite(this.#context, request, this.#candidates())
    this.#quorum = quorumOf(this.#plan.copies, options.writeQuorum)
    const hinted = this.#context.hinted(this.subject)
    if (hinted.length >= this.#plan.copies) for (const member of hinted) this.#call('has', member)
    else this.#proceed()
  }

  ended(call: Call): void {
    this.#pending = this.#pending.filter((other) => other !== call)
    if (call.outcome === 'ok') this.#held(call.member)
    else if (call.verb === 'put') this.#refused(call)
    else if (call.outcome === 'missing') this.#context.hints.remove(this.subject.digest, call.member.location)
    // What hints promised is asked first, all of it, before anything is written.
    const asking = this.#pending.some((other) => other.verb === 'has')
    if (!asking) this.#proceed()
  }

  /** Backends that may take the block: not those whose copy is corrupt, or that may still change it on their own. */
  #candidates(): readonly Member[] {
    const { members, unsettled, quarantine } = this.#context
    const size = this.#block.bytes.length
    const bad = this.#context.corruptAt(this.subject)
    for (const member of members.all) {
      const reason = whyNotWrite(member, size)
      if (reason)
        this.#outcomes[member.id] = { outcome: reason === 'over capacity' ? 'full' : 'permanent', reason }
    }
    const fit = members.writers(size)
    if (quarantine.isEmpty && unsettled.isEmpty) return fit
    return fit.filter((member) => {
      const waits = unsettled.has(this.subject.key, member)
      if (waits) this.#outcomes[member.id] = { outcome: 'timeout', reason: 'an earlier call is unsettled' }
      return !waits && !bad.has(member.location)
    })
  }

  #call(verb: 'has' | 'put', member: Member): void {
    this.#pending.push(member.call(verb, this.subject.cid, this, verb === 'put' ? this.#block : undefined))
  }

  #held(member: Member): void {
    if (!this.#holders.includes(member)) this.#holders.push(member)
    this.#outcomes[member.id] = { outcome: 'ok' }
    this.#context.stored(this.subject, member, this.#block.bytes.length)
  }

  #refused(call: Call): void {
    const { member, error } = call
    const outcome = call.outcome as Outcome
    this.#outcomes[member.id] = { outcome, error }
    if (this.#replied || outcome === 'aborted') return
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
    if (!this.#abandoned) this.#fill()
    if (!this.#replied && this.#acknowledged(this.#holders) >= this.#quorum) this.#succeed()
    if (this.#pending.length > 0) return
    if (this.#replied) this.#complete()
    else this.#fail('ERR_NOT_ENOUGH_REPLICAS', this.#shortfall())
  }

  /** Nobody waited for the reply any more, and it was not given. */
  get #abandoned(): boolean {
    return this.#replied && this.#acknowledged(this.#holders) < this.#quorum
  }

  #fill(): void {
    const plan = this.#plan as WritePlan
    for (;;) {
      const under = [...this.#holders, ...this.#pending.map((call) => call.member)]
      const copiesLack = under.length < plan.copies
      if (!copiesLack && this.#acknowledged(under) >= this.#quorum) return
      const zones = under.map((member) => member.zone)
      const next = plan.spread.next(zones, (m) => !under.includes(m) && (copiesLack || this.#counts(m)))
      if (!next) return
      this.#call('put', next)
    }
  }

  #counts(member: Member): boolean {
    return member.read && survives(member.traits.durability, this.#context.options.durability)
  }

  #acknowledged(members: readonly Member[]): number {
    return members.filter((member) => this.#counts(member)).length
  }

  #succeed(): void {
    this.waiters.resolve()
    this.#leave()
  }

  #complete(): void {
    const { copies } = this.#plan as WritePlan
    const have = this.#holders.length
    if (have < copies && !this.#abandoned) {
      this.#context.emit({ type: 'under-replicated', cid: this.subject.cid, have, want: copies })
    }
    this.#context.finish()
  }

  #shortfall(): string {
    const { copies } = this.#plan as WritePlan
    const have = this.#acknowledged(this.#holders)
    const lasting =
      this.#context.options.durability === 'none'
        ? ''
        : ` of durability '${this.#context.options.durability}'`
    return `${have} of ${this.#quorum} copies${lasting} were acknowledged (${copies} wanted): ${inWords(this.#outcomes)}`
  }

  #fail(code: 'ERR_NOT_ENOUGH_BACKENDS' | 'ERR_NOT_ENOUGH_REPLICAS', message: string): void {
    const failed = Object.values(this.#outcomes).find(({ error }) => error !== undefined)
    this.waiters.reject(
      new PoolError(code, message, { outcomes: this.#outcomes, cause: failed?.error, retryable: true }),
    )
    this.#leave()
    this.#context.finish()
  }

  /** Ends the turn: what is still with a driver is remembered, so that the next change of the block comes after it. */
  #leave(): void {
    this.#replied = true
    const { sweeper, turns, unsettled } = this.#context
    sweeper.release(this)
    for (const call of this.#pending) unsettled.track(this.subject.key, call)
    if (!turns.withdraw(this)) turns.leave(this)
  }
}
