import { LocationHints } from '../state/location-hints.ts'
import type { LocationIndex } from '../state/location-index.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'

/** A read asks everybody when the index has not answered by then. Milliseconds. */
const PATIENCE_MS = 100

/** Where copies probably are: what this process remembers, and what an index knows that all processes share. */
export class Locations {
  readonly hints: LocationHints
  readonly #context: PoolContext
  readonly #index: LocationIndex | undefined

  constructor(context: PoolContext) {
    const { maxHints, locationIndex } = context.options
    this.#context = context
    this.#index = locationIndex
    this.hints = new LocationHints(maxHints, context.random())
  }

  async open(): Promise<void> {
    await this.#index?.open()
  }

  async close(): Promise<void> {
    await this.#index?.close()
  }

  get(subject: Subject): readonly number[] {
    return this.hints.get(subject.digest)
  }

  /** The member holds a copy; false when that was known. */
  add(subject: Subject, member: Member): boolean {
    const isNew = this.hints.add(subject.digest, member.location)
    if (isNew && this.#index) this.#note(subject, member, true)
    return isNew
  }

  /** The member holds no copy. */
  remove(subject: Subject, member: Member): void {
    const held = this.#index && this.get(subject).includes(member.location)
    this.hints.remove(subject.digest, member.location)
    if (held) this.#note(subject, member, false)
  }

  /** Undefined when the index is not to be asked: there is none, or this process knows by itself. */
  learn(subject: Subject): Promise<void> | undefined {
    return this.#index && this.get(subject).length === 0 ? this.#learn(this.#index, subject) : undefined
  }

  async #learn(index: LocationIndex, subject: Subject): Promise<void> {
    const { members, options } = this.#context
    const ids = members.all.map(({ id }) => id)
    const late = Promise.withResolvers<readonly string[]>()
    const cancel = options.clock.schedule(PATIENCE_MS, () => late.resolve([]), { background: true })
    const found = index.find(subject.cid.multihash.bytes, ids).catch(() => [])
    for (const id of await Promise.race([found, late.promise])) {
      const member = members.find(id)
      if (member) this.hints.add(subject.digest, member.location)
    }
    cancel()
  }

  #note({ cid }: Subject, { id }: Member, holds: boolean): void {
    this.#index?.note(cid.multihash.bytes, id, holds).catch(() => {})
  }
}
