/** A put or a delete of one block by some process. */
export interface Interval {
  readonly kind: 'put' | 'delete'
  readonly from: number
  /** Infinity while it may still have an effect. */
  to: number
  acknowledged: boolean
}

export type Expectation = 'present' | 'absent' | 'either'

/** Puts and deletes of one block by processes that do not wait for each other, by times of one clock. */
export class History {
  #intervals: Interval[] = []

  begin(kind: Interval['kind'], from: number): Interval {
    const interval: Interval = { kind, from, to: Number.POSITIVE_INFINITY, acknowledged: false }
    this.#intervals.push(interval)
    return interval
  }

  /** What was under way has ended by now, because its process has. */
  settle(now: number): void {
    for (const interval of this.#intervals) interval.to = Math.min(interval.to, now)
  }

  /** Only one answer is left when an acknowledged change came after every change of the other kind. */
  get expectation(): Expectation {
    if (this.#isLast('put')) return 'present'
    if (this.#intervals.every(({ kind }) => kind === 'delete') || this.#isLast('delete')) return 'absent'
    return 'either'
  }

  /** What was seen when nothing was under way is what it was. */
  seen(present: boolean, now: number): void {
    this.#intervals = [{ kind: present ? 'put' : 'delete', from: now, to: now, acknowledged: true }]
  }

  #isLast(kind: Interval['kind']): boolean {
    const others = this.#intervals.filter((other) => other.kind !== kind)
    const end = Math.max(Number.NEGATIVE_INFINITY, ...others.map(({ to }) => to))
    return this.#intervals.some((one) => one.kind === kind && one.acknowledged && one.from > end)
  }
}
