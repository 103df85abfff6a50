import { SlotMap } from '../state/slot-map.ts'

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
  /** The change that runs alone, or the one that runs and those that wait, in order. */
  readonly #changes = new SlotMap<Turn | Turn[]>()
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
    return this.#changes.size
  }

  /** A change of the block has begun and ended at once, while no other was under way. */
  passed(turnKey: number): void {
    this.#finished[this.#finishedCount % REMEMBERED] = turnKey
    this.#finishedCount++
  }

  /** Runs the change now, or when those before it have left. */
  enter(turn: Turn): void {
    const under = this.#changes.get(turn.turnKey)
    if (under === undefined) {
      this.#changes.set(turn.turnKey, turn)
      turn.run()
    } else if (Array.isArray(under)) under.push(turn)
    else this.#changes.set(turn.turnKey, [under, turn])
  }

  /** Ends the running change; the next one runs. */
  leave(turn: Turn): void {
    const under = this.#changes.get(turn.turnKey)
    const queue = Array.isArray(under) ? under : undefined
    if ((queue ? queue[0] : under) !== turn) return
    this.passed(turn.turnKey)
    queue?.shift()
    const next = queue?.[0]
    // Not run from here: a thousand waiting changes that fail at once would nest a thousand deep.
    if (next) queueMicrotask(() => next.run())
    else this.#changes.delete(turn.turnKey)
  }

  /** Takes a change that still waits out of the queue; false when it runs or is not there. */
  withdraw(turn: Turn): boolean {
    const queue = this.#changes.get(turn.turnKey)
    const at = Array.isArray(queue) ? queue.indexOf(turn) : -1
    if (at < 1) return false
    ;(queue as Turn[]).splice(at, 1)
    return true
  }

  /** The change that came last and has not ended. */
  newest(turnKey: number): Turn | undefined {
    const under = this.#changes.get(turnKey)
    return Array.isArray(under) ? under.at(-1) : under
  }

  /** A change of the block is under way, or has ended since the mark (yes, when that is too long ago to tell). */
  changedSince(turnKey: number, mark: number): boolean {
    if (this.#changes.has(turnKey)) return true
    if (this.#finishedCount - mark > REMEMBERED) return true
    for (let i = mark; i < this.#finishedCount; i++) {
      if (this.#finished[i % REMEMBERED] === turnKey) return true
    }
    return false
  }
}
