/** What is known of one block from the changes that were asked for, in the order in which they were called. */
export class History {
  readonly #changes: Change[] = []

  /** A change is called; the returned function is told whether it was acknowledged. */
  begin(kind: 'put' | 'delete'): (acknowledged: boolean) => void {
    const change: Change = { kind, state: 'open' }
    this.#changes.push(change)
    return (acknowledged) => {
      change.state = acknowledged ? 'acknowledged' : 'unknown'
    }
  }

  /** A mark for `certain`: how many changes have been called. */
  get mark(): number {
    return this.#changes.length
  }

  /**
   * Whether the block must be there or must be absent; undefined when it may be either, as a change in the other direction
   * is under way or has failed.
   */
  get certain(): 'present' | 'absent' | undefined {
    const last = this.#changes.findLastIndex(({ state }) => state === 'acknowledged')
    const kind = this.#changes[last]?.kind ?? 'delete'
    const contrary = this.#changes.slice(last + 1).some((change) => change.kind !== kind)
    if (contrary) return undefined
    return kind === 'put' ? 'present' : 'absent'
  }
}

interface Change {
  readonly kind: 'put' | 'delete'
  state: 'open' | 'acknowledged' | 'unknown'
}
