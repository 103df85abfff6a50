import type { Clock } from '../clock.ts'
import type { Call } from './call.ts'
import type { Subject } from './context.ts'
import type { Member } from './member.ts'

interface Entry {
  readonly member: Member
  readonly waiting: (() => void)[]
  /** Cancels the wait for a request that was cut off. */
  cancel?: () => void
}

/**
 * Puts and deletes that no operation waits for any more, but whose driver has not said that they are over, or whose
 * connection was cut less than `timeoutMs` ago: they may take effect at any moment. The next change of the block on that backend must come after them. [A delete times out, a put is
 * acknowledged, the late delete lands: the block is lost.]
 */
export class Unsettled {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Remembers the call while it may still take effect. */
  track(subject: Subject, call: Call): void {
    if (call.verb !== 'put' && call.verb !== 'delete') return
    const open = call.queued || call.withDriver
    if (call.onSettled || !(open || call.cut)) return
    const { key } = subject
    const entry: Entry = { member: call.member, waiting: [] }
    const entries = this.#entries.get(key)
    if (entries) entries.push(entry)
    else this.#entries.set(key, [entry])
    call.onSettled = () => this.#ended(key, entry, call)
    if (!open) call.onSettled()
  }

  hasAny(key: string): boolean {
    return this.#entries.has(key)
  }

  has(key: string, member: Member): boolean {
    return this.#entries.get(key)?.some((entry) => entry.member === member) ?? false
  }

  /**
   * Resolves true when nothing of this block is unsettled in the backend, or false when its driver does not say so within
   * `timeoutMs`. A request that was cut off has its time after that.
   */
  async clear(key: string, member: Member): Promise<boolean> {
    for (;;) {
      const entry = this.#entries.get(key)?.find((other) => other.member === member)
      if (!entry) return true
      const settled = await new Promise<boolean>((resolve) => {
        const cancel = this.#clock.schedule(member.timeoutMs, () => {
          if (!entry.cancel) resolve(false)
        })
        entry.waiting.push(() => {
          cancel()
          resolve(true)
        })
      })
      if (!settled) return false
    }
  }

  /** Forgets a backend that was removed. */
  forget(member: Member): void {
    for (const [key, entries] of this.#entries) {
      for (const entry of entries) if (entry.member === member) this.#settle(key, entry)
    }
  }

  /** Forgets everything: the backends are closed. */
  stop(): void {
    for (const [key, entries] of this.#entries) for (const entry of entries) this.#settle(key, entry)
  }

  /** The driver is done with the call; what it had sent may arrive for `timeoutMs` more. */
  #ended(key: string, entry: Entry, { cut, member }: Call): void {
    if (!cut) this.#settle(key, entry)
    else if (this.#entries.get(key)?.includes(entry)) {
      const settle = (): void => this.#settle(key, entry)
      entry.cancel = this.#clock.schedule(member.timeoutMs, settle, { background: true })
    }
  }

  #settle(key: string, entry: Entry): void {
    entry.cancel?.()
    const entries = this.#entries.get(key)?.filter((other) => other !== entry) ?? []
    if (entries.length > 0) this.#entries.set(key, entries)
    else this.#entries.delete(key)
    for (const wake of entry.waiting) wake()
  }
}
