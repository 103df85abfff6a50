import { PoolError } from '../errors.ts'
import { serves, whyNotRead, whyNotWrite } from '../plan/eligibility.ts'
import { median } from '../plan/latency.ts'
import type { Member } from './member.ts'

/** The backends of a pool, in the order in which strategies see them: by priority, then by id. */
export class Members {
  readonly #byId = new Map<string, Member>()
  readonly #byLocation: (Member | undefined)[] = []
  #sorted: readonly Member[] = []
  #readers: readonly Member[] | undefined
  /** The readers at each set of locations that was asked for. */
  readonly #readersAt = new Map<readonly number[], readonly Member[]>()
  /** The last one that was asked for: most often the next one, too. */
  #lastLocations: readonly number[] | undefined
  #lastReaders: readonly Member[] = []
  #nextLocation = 0

  get all(): readonly Member[] {
    return this.#sorted
  }

  /** Those that may be read from. */
  get readers(): readonly Member[] {
    this.#readers ??= this.#sorted.filter((member) => whyNotRead(member) === undefined)
    return this.#readers
  }

  /** Those of the readers that stand at these locations. The same array of numbers gets the same answer until a change. */
  readersAt(locations: readonly number[]): readonly Member[] {
    if (locations !== this.#lastLocations) {
      this.#lastReaders = this.#readersAt.get(locations) ?? this.#findReaders(locations)
      this.#lastLocations = locations
    }
    return this.#lastReaders
  }

  #findReaders(locations: readonly number[]): readonly Member[] {
    const members = this.readers.filter((member) => locations.includes(member.location))
    this.#readersAt.set(locations, members)
    return members
  }

  /** Those that may take a block of this size now, in the clock's milliseconds. */
  writers(size: number, now: number): readonly Member[] {
    const sorted = this.#sorted
    for (const member of sorted) {
      if (whyNotWrite(member, size, now) !== undefined)
        return sorted.filter((other) => whyNotWrite(other, size, now) === undefined)
    }
    return sorted
  }

  /** All are in service with both breakers closed, whatever the time. */
  get allServe(): boolean {
    for (const { unhealthyReason, readBreaker, writeBreaker } of this.#sorted) {
      if (unhealthyReason !== undefined) return false
      if (readBreaker.state !== 'closed' || writeBreaker.state !== 'closed') return false
    }
    return true
  }

  /** How many are in service with both breakers letting calls through. */
  serving(now: number): number {
    let count = 0
    for (const member of this.#sorted) if (serves(member, now)) count++
    return count
  }

  /** A number for the next member, used once. */
  takeLocation(): number {
    return this.#nextLocation++
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** @throws PoolError `ERR_UNKNOWN_BACKEND` */
  get(id: string): Member {
    const member = this.#byId.get(id)
    if (!member) throw new PoolError('ERR_UNKNOWN_BACKEND', `no backend has the id '${id}'`)
    return member
  }

  find(id: string): Member | undefined {
    return this.#byId.get(id)
  }

  at(location: number): Member | undefined {
    return this.#byLocation[location]
  }

  add(member: Member): void {
    this.#byId.set(member.id, member)
    this.#byLocation[member.location] = member
    this.changed()
  }

  remove(member: Member): void {
    this.#byId.delete(member.id)
    this.#byLocation[member.location] = undefined
    this.changed()
  }

  /** A setting or the health of a member has changed. */
  changed(): void {
    this.#readers = undefined
    this.#readersAt.clear()
    this.#lastLocations = undefined
    this.#sorted = [...this.#byId.values()].sort(byPriorityThenId)
  }

  /** Median of the latencies measured so far, in milliseconds; 0 when none was. */
  typicalLatencyMs(direction: 'read' | 'write'): number {
    const measured = this.#sorted.map((m) => (direction === 'read' ? m.readLatency.ms : m.writeLatency.ms))
    return median(measured.filter((ms) => ms !== undefined))
  }
}

function byPriorityThenId(a: Member, b: Member): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : 1)
}
