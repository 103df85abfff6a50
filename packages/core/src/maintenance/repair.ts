import { cidFromMultihash } from '../block.ts'
import { whyNotWrite } from '../plan/eligibility.ts'
import { type PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import type { OpenDebt } from '../state/debts.ts'
import { replicate, rewrite } from './copies.ts'
import { ask, inTurn } from './turn.ts'

/** A debt that could not be paid is tried again after this long, and after twice the time each time. Milliseconds. */
const RETRY_MS = 1_000
const RETRY_MAX_MS = 60_000

/**
 * Pays what the pool owes: deletes that backends have not confirmed, corrupt copies, copies that lack. One debt after the
 * other, each in its block's turn, at a limited rate.
 */
export class Repairs {
  readonly #context: PoolContext
  #running = false
  #wake: () => void = () => {}
  #cancelRetry: (() => void) | undefined

  constructor(context: PoolContext) {
    this.#context = context
  }

  /** Something is owed that nobody else is paying now. */
  start(): void {
    const { closed, debts, inUse, options } = this.#context
    if (this.#running || closed || !inUse || debts.size === 0 || options.repairsPerSecond === 0) return
    this.#running = true
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#context.begin()
    void this.#work()
  }

  /** A backend is back: what was owed to it may be paid now. */
  retry(): void {
    for (const [, debt] of this.#context.debts.entries()) debt.dueAt = 0
    this.start()
  }

  /** The pool closes: what waits stays owed. */
  stop(): void {
    this.#wake()
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
  }

  async #work(): Promise<void> {
    const { clock, repairsPerSecond } = this.#context.options
    let paused = true
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      for (const [key, debt] of due) {
        if (!paused) await this.#pause(1_000 / repairsPerSecond)
        if (this.#context.closed) break
        const subject = new Subject(cidFromMultihash(debt.multihash))
        // Another process may have the block, or the journal be away: it is tried again.
        await inTurn(this.#context, subject, () => this.#pay(subject)).catch(() => {})
        paused = false
        const left = this.#context.debts.of(key)
        if (left) postpone(left, clock.now())
      }
    }
    this.#running = false
    this.#retryLater()
    this.#context.finish()
  }

  #due(): readonly (readonly [string, OpenDebt])[] {
    if (this.#context.closed) return []
    const now = this.#context.options.clock.now()
    return [...this.#context.debts.entries()].filter(([, debt]) => dueAt(debt) <= now)
  }

  #retryLater(): void {
    if (this.#context.closed || this.#context.debts.size === 0) return
    let first = Number.POSITIVE_INFINITY
    for (const [, debt] of this.#context.debts.entries()) first = Math.min(first, dueAt(debt))
    const { clock } = this.#context.options
    const wait = Math.max(0, first - clock.now())
    this.#cancelRetry = clock.schedule(wait, () => this.start(), { background: true })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#context.options.clock.schedule(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Pays what can be paid for the block now. */
  async #pay(subject: Subject): Promise<void> {
    const debt = this.#context.debts.of(subject.key)
    if (!debt) return
    if (debt.deleteFrom.size > 0) {
      await Promise.all([...debt.deleteFrom].map((id) => this.#delete(subject, id)))
      return
    }
    const corrupt = [...debt.corruptIn]
      .map((id) => this.#context.members.find(id))
      .filter((m) => m !== undefined)
    const found = await this.#find(subject, corrupt)
    if (found.bytes) await this.#heal(subject, debt, corrupt, found.bytes)
    // Nobody has it, and all have said so: a put that failed has left nothing.
    else if (found.nowhere && !this.#context.unsettled.hasAny(subject.key))
      this.#context.debts.replicated(subject.key)
  }

  async #delete(subject: Subject, id: string): Promise<void> {
    const member = this.#context.members.find(id)
    if (!member) {
      // Another process that shares the journal may know it.
      if (!this.#context.sharing) this.#context.debts.buried(subject.key, id)
      return
    }
    if (member.unhealthyReason === 'not open' || this.#context.unsettled.has(subject.key, member)) return
    const call = await ask(this.#context, member, 'delete', subject)
    this.#context.unsettled.track(subject, call)
    if (call.outcome !== 'ok') return
    if (await this.#context.monitor.confirmedAfter(member)) this.#context.deleted(subject, member)
  }

  async #heal(
    subject: Subject,
    debt: OpenDebt,
    corrupt: readonly Member[],
    bytes: Uint8Array,
  ): Promise<void> {
    const { clock } = this.#context.options
    const bad = this.#context.corruptAt(subject)
    for (const member of corrupt.filter(({ location }) => bad.has(location))) {
      if (whyNotWrite(member, bytes.length, clock.now()) || this.#context.unsettled.has(subject.key, member))
        continue
      const error = await rewrite(this.#context, subject, { cid: subject.cid, bytes }, member)
      if (error === undefined) this.#repaired(subject, member)
      else this.#context.emit({ type: 'repair-failed', cid: subject.cid, backend: member.id, error })
    }
    if (!debt.copies) return
    const { written, short } = await replicate(this.#context, subject, bytes)
    for (const member of written) this.#repaired(subject, member)
    if (short === 0) this.#context.debts.replicated(subject.key)
  }

  #repaired(subject: Subject, member: Member): void {
    this.#context.repaired++
    this.#context.emit({ type: 'repaired', cid: subject.cid, backend: member.id })
  }

  /**
   * Bytes of a copy that stands somewhere now: a block that was deleted meanwhile is not brought back. Copies in quarantine
   * are read when there are no others: the mark may be older than the copy, after a crash, or the copy gone.
   */
  async #find(
    subject: Subject,
    corrupt: readonly Member[],
  ): Promise<{ readonly bytes?: Uint8Array | undefined; readonly nowhere: boolean }> {
    const { members, monitor } = this.#context
    const hinted = this.#context.hinted(subject)
    const rest = members.readers.filter((member) => !hinted.includes(member) && !corrupt.includes(member))
    const sources = [...hinted, ...rest, ...corrupt.filter((member) => members.readers.includes(member))]
    let missing = 0
    for (const member of sources) {
      const call = await ask(this.#context, member, 'get', subject)
      const marked = corrupt.includes(member)
      if (call.outcome === 'ok') {
        if (marked) this.#context.healed(subject, member, call.bytes?.length ?? 0)
        return { bytes: call.bytes, nowhere: false }
      }
      if (call.outcome === 'corrupt' && !marked) this.#context.corrupted(subject, member)
      if (call.outcome !== 'missing') continue
      missing++
      if (marked && (await monitor.confirmedAfter(member))) this.#context.deleted(subject, member)
    }
    const unconfirmed = await this.#context.monitor.unconfirmed(sources)
    return { nowhere: missing === members.all.length && !unconfirmed?.length }
  }
}

function dueAt(debt: OpenDebt): number {
  return Math.max(debt.dueAt, debt.keepUntil)
}

function postpone(debt: OpenDebt, now: number): void {
  debt.dueAt = now + Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(debt.attempts, 16))
  debt.attempts++
}
