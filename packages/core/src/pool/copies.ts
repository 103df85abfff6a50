import { whyNotWrite } from '../plan/eligibility.ts'
import { quorumOf } from '../plan/quorum.ts'
import type { Placing } from '../plan/spread.ts'
import type { RouteRequest } from '../strategy.ts'
import type { Call } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import { counts, planWrite, type WritePlan } from './write-plan.ts'

/** The copies of one put: those that are there and those on their way, and where the next one may go. */
export class Copies implements Placing<Member> {
  readonly holders: Member[] = []
  /** Calls under way for the put. */
  readonly pending: Call[] = []
  /** Undefined before it is planned. */
  plan: WritePlan | undefined
  /** Copies that must be acknowledged. */
  quorum = 0
  readonly #context: PoolContext
  readonly #subject: Subject
  /** Bytes of the block. */
  readonly #size: number
  #request: RouteRequest | undefined
  #givenBack: Member | undefined
  /** What `fits` goes by, while a place is looked for. */
  #lack = true
  #takesBad = false
  #now = 0

  constructor(context: PoolContext, subject: Subject, size: number) {
    this.#context = context
    this.#subject = subject
    this.#size = size
  }

  /** Plans the copies among the candidates, again when they have changed. @throws what the strategy throws */
  planAmong(candidates: readonly Member[]): WritePlan {
    this.#request ??= this.#context.request('write', this.#subject, this.#size)
    const plan = planWrite(this.#context, this.#request, candidates)
    this.plan = plan
    this.quorum = quorumOf(plan.copies, this.#context.options.writeQuorum)
    return plan
  }

  /** All copies that are wanted are there. */
  get isComplete(): boolean {
    return this.holders.length >= (this.plan as WritePlan).copies && this.acknowledged >= this.quorum
  }

  /** Copies that are there and count for the quorum. */
  get acknowledged(): number {
    let count = 0
    for (const holder of this.holders) if (counts(this.#context, holder)) count++
    return count
  }

  /** The backend confirms a copy. */
  add(holder: Member): void {
    if (!this.holders.includes(holder)) this.holders.push(holder)
  }

  /** The call is over. */
  ended(call: Call): void {
    this.pending.splice(this.pending.indexOf(call), 1)
  }

  /** The place for one copy more; undefined when those under way are enough, or none is left. `now` in milliseconds. */
  next(bad: ReadonlySet<number>, now: number): Member | undefined {
    const { copies, spread } = this.plan as WritePlan
    if (this.#givenBack) return this.#takeBack()
    this.#lack = this.holders.length + this.pending.length < copies
    if (!this.#lack && this.#underWay() >= this.quorum) return undefined
    this.#now = now
    // A backend with a bad copy comes last: there, more can go wrong.
    this.#takesBad = bad.size === 0
    const next = spread.next(this)
    if (next || this.#takesBad) return next
    this.#takesBad = true
    return spread.next(this)
  }

  /** The place that was found last has to be asked in another way: it is the next one again. */
  giveBack(place: Member | undefined): void {
    this.#givenBack = place
  }

  #takeBack(): Member | undefined {
    const place = this.#givenBack
    this.#givenBack = undefined
    return place
  }

  holdsZone(zone: string): boolean {
    for (const holder of this.holders) if (holder.zone === zone) return true
    for (const { member } of this.pending) if (member.zone === zone) return true
    return false
  }

  /** Asked again for each copy, because it may be long after the plan. */
  fits(member: Member): boolean {
    if (this.#isUnderWay(member) || whyNotWrite(member, this.#size, this.#now)) return false
    if (!this.#lack && !counts(this.#context, member)) return false
    return this.#takesBad || !this.#context.corruptAt(this.#subject).has(member.location)
  }

  #isUnderWay(member: Member): boolean {
    if (this.holders.includes(member)) return true
    for (const call of this.pending) if (call.member === member) return true
    return false
  }

  /** Copies that count for the quorum, there or on their way. */
  #underWay(): number {
    let count = this.acknowledged
    for (const { member } of this.pending) if (counts(this.#context, member)) count++
    return count
  }
}
