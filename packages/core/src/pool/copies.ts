import { whyNotWrite } from '../plan/eligibility.ts'
import type { Placing } from '../plan/spread.ts'
import type { Call } from './call.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import { counts, type WritePlan } from './write-plan.ts'

/** The copies of one put: those that are there and those on their way, and where the next one may go. */
export class Copies implements Placing<Member> {
  readonly holders: Member[] = []
  /** Calls under way for the put. */
  readonly pending: Call[] = []
  readonly #context: PoolContext
  readonly #subject: Subject
  /** Bytes of the block. */
  readonly #size: number
  /** What `fits` goes by, while a place is looked for. */
  #lack = true
  #takesBad = false
  #now = 0

  constructor(context: PoolContext, subject: Subject, size: number) {
    this.#context = context
    this.#subject = subject
    this.#size = size
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
  next(
    { copies, spread }: WritePlan,
    quorum: number,
    bad: ReadonlySet<number>,
    now: number,
  ): Member | undefined {
    this.#lack = this.holders.length + this.pending.length < copies
    if (!this.#lack && this.#underWay() >= quorum) return undefined
    this.#now = now
    // A backend with a bad copy comes last: there, more can go wrong.
    this.#takesBad = bad.size === 0
    const next = spread.next(this)
    if (next || this.#takesBad) return next
    this.#takesBad = true
    return spread.next(this)
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
