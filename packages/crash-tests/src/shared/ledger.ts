export type Operation = 'put' | 'delete'

/** What a store must show of a block. `either`: an operation on it was begun and not acknowledged. */
export type Expectation = 'present' | 'absent' | 'either'

/**
 * What was acknowledged, block by block. Puts of one block may overlap, a put and a delete may not: the harnesses see
 * to that.
 */
export class Ledger {
  readonly #states = new Map<number, Expectation>()
  #acknowledged = 0

  /** Operations that were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Numbers of all blocks on which an operation was begun. */
  get numbers(): readonly number[] {
    return [...this.#states.keys()]
  }

  begin(operation: Operation, n: number): void {
    // A put over a block that is there must never take it away.
    if (operation === 'put' && this.#states.get(n) === 'present') return
    this.#states.set(n, 'either')
  }

  acknowledge(operation: Operation, n: number): void {
    this.#acknowledged++
    this.#states.set(n, operation === 'put' ? 'present' : 'absent')
  }

  expectation(n: number): Expectation {
    return this.#states.get(n) ?? 'absent'
  }

  /** Numbers of which this is expected. */
  expecting(expectation: Expectation): number[] {
    return this.numbers.filter((n) => this.#states.get(n) === expectation)
  }

  /** What was seen once must be seen from then on. */
  settle(n: number, present: boolean): void {
    this.#states.set(n, present ? 'present' : 'absent')
  }
}
