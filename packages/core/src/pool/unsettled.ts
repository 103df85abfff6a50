import type { Clock } from '../clock.ts'
import type { Call } from './call.ts'
import type { Member } from './member.ts'

interface Entry {
  readonly member: Member
  readonly waiting: (() => void)[]
}

/**
 * Puts and deletes that the pool no longer waits for, but whose driver has not said that they are over: they may take
 * effect at any moment. The next change of the block on that backend must come after them. [A delete times out, a put is
 * acknowledged, the late delete lands: the block is lost.]
 */
export class Unsettled {
  readonly #entries = new Map<string, Entry[]>()

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Remembers the call until its driver has settled. */
  track(key: string, call: Call): void {
    if (!call.withDriver || (call.verb !== 'put' && call.verb !== 'delete')) return
    const entry: Entry = { member: call.member, waiting: [] }
    const entries = this.#entries.get(key)
    if (entries) entries.push(entry)
    else this.#entries.set(key, [entry])
    call.onLate = () => this.#settle(key, entry)
  }

  has(key: string, member: Member): boolean {
    return this.#entries.get(key)?.some((entry) => entry.member === member) ?? false
  }

  /** Resolves true when nothing of this block is unsettled in the backend, or false after its `timeoutMs`. */
  async clear(key: string, member: Member, clock: Clock): Promise<boolean> {
    for (;;) {
      const entry = this.#entries.get(key)?.find((other) => other.member === member)
      if (!entry) return true
      const settled = await new Promise<boolean>((resolve) => {
        const cancel = clock.schedule(member.timeoutMs, () => resolve(false))
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

  #settle(key: string, entry: Entry): void {
    const entries = this.#entries.get(key)?.filter((other) => other !== entry) ?? []
    if (entries.length > 0) this.#entries.set(key, entries)
    else this.#entries.delete(key)
    for (const wake of entry.waiting) wake()
  }
}
