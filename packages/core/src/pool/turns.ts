/** A change to one block (put, delete, repair, move) that waits for its turn. */
export interface Turn {
  /** 30 bits of the digest: blocks that share them take turns too, which costs time and nothing else. */
  readonly turnKey: number
  /** Called once, when no earlier change of this block is under way. */
  run(): void
}

/** How many finished changes are remembered for `changedSince`. */
const REMEMBERED = 1024

/** Changes to one block happen one after the other, in the order in which they came. */
export class Turns {
  /** Running first, then waiting. */
  readonly #queues = new Map<number, Turn[]>()
  readonly #finished = new Uint32Array(REMEMBERED)
  #finishedCount = 0

  static keyOf(digest: readonly [number, number]): number {
    return digest[0] >>> 2
  }

  /** Changes finished so far: a mark for `changedSince`. */
  get mark(): number {
    return this.#finishedCount
  }

  /** Blocks that are being changed. */
  get size(): number {
    return this.#queues.size
  }

  /** Runs the change now, or when those before it have left. */
  enter(turn: Turn): void {
    const queue = this.#queues.get(turn.turnKey)
    if (queue) {
      queue.push(turn)
      return
    }
    this.#queues.set(turn.turnKey, [turn])
    turn.run()
  }

  /** Ends the running change; the next one runs. */
  leave(turn: Turn): void {
    const queue = this.#queues.get(turn.turnKey)
    if (!queue || queue[0] !== turn) return
    this.#finished[this.#finishedCount % REMEMBERED] = turn.turnKey
    this.#finishedCount++
    queue.shift()
    const next = queue[0]
    // Not run from here: a thousand waiting changes that fail at once would nest a thousand deep.
    if (next) queueMicrotask(() => next.run())
    else this.#queues.delete(turn.turnKey)
  }

  /** Takes a change that still waits out of the queue; false when it runs or is not there. */
  withdraw(turn: Turn): boolean {
    const queue = this.#queues.get(turn.turnKey)
    const at = queue?.indexOf(turn) ?? -1
    if (!queue || at < 1) return false
    queue.splice(at, 1)
    return true
  }

  /** The change that came last and has not ended. */
  newest(turnKey: number): Turn | undefined {
    return this.#queues.get(turnKey)?.at(-1)
  }

  /** A change of the block is under way, or has ended since the mark (yes, when that is too long ago to tell). */
  changedSince(turnKey: number, mark: number): boolean {
    if (this.#queues.has(turnKey)) return true
    if (this.#finishedCount - mark > REMEMBERED) return true
    for (let i = mark; i < this.#finishedCount; i++) {
      if (this.#finished[i % REMEMBERED] === turnKey) return true
    }
    return false
  }
}
