/** A put or a delete that was begun. */
export interface Attempt {
  readonly kind: 'put' | 'delete'
  readonly block: number
  readonly start: number
  /** Copies lost since then are lost to it: it may have joined an earlier put. */
  base: number
  /** Copies that it makes at least. */
  needed: number
  ended: boolean
}

/** What was known of a block when a read of it began. */
export interface Look {
  readonly block: number
  readonly start: number
  readonly put: number
  readonly delete: number
  readonly base: number
  readonly needed: number
}

interface History {
  /** How often a put of it was begun. */
  puts: number
  /** When the last attempt to put it ended. */
  putsEnd: number
  deletesEnd: number
  readonly open: Set<Attempt>
  /** The newest start of an acknowledged put, and of an acknowledged delete. */
  put: number
  delete: number
  base: number
  needed: number
  /** When each disk last lost its copy, by disk. */
  readonly lostAt: number[]
}

/**
 * What a pool may say. For each block it knows when puts and deletes of it began and ended; moments are counted, not
 * timed. A read that overlaps a change may see it or not, and so may any read after a change that failed; after one
 * that was acknowledged only one answer is left.
 */
export class Model {
  readonly #histories: History[] = []
  #moment = 0

  constructor(blocks: number) {
    for (let i = 0; i < blocks; i++) {
      this.#histories.push({
        puts: 0,
        putsEnd: -1,
        deletesEnd: -1,
        open: new Set(),
        put: -1,
        // Nothing was ever there.
        delete: 0,
        base: 0,
        needed: 1,
        lostAt: [],
      })
    }
  }

  begin(kind: Attempt['kind'], block: number, needed: number): Attempt {
    const history = this.#of(block)
    const start = ++this.#moment
    let base = start
    for (const other of history.open) if (other.kind === 'put') base = Math.min(base, other.base)
    if (kind === 'put') history.puts++
    const attempt: Attempt = { kind, block, start, base, needed, ended: false }
    history.open.add(attempt)
    return attempt
  }

  /** It ended. `stillLost` are the disks whose copy is damaged now. */
  end(attempt: Attempt, acknowledged: boolean, stillLost: readonly number[] = []): void {
    if (attempt.ended) return
    attempt.ended = true
    const history = this.#of(attempt.block)
    const now = ++this.#moment
    history.open.delete(attempt)
    if (attempt.kind === 'put') history.putsEnd = now
    else history.deletesEnd = now
    if (!acknowledged || attempt.start < history[attempt.kind]) return
    history[attempt.kind] = attempt.start
    if (attempt.kind === 'delete') return
    history.base = attempt.base
    history.needed = attempt.needed
    for (const disk of stillLost) history.lostAt[disk] = now
  }

  /** How often a put of the block was begun. */
  puts(block: number): number {
    return this.#of(block).puts
  }

  /** The block may be there again: what was known of its delete is forgotten. */
  mayReturn(block: number): void {
    this.#of(block).putsEnd = ++this.#moment
  }

  /** Copies on all backends are fewer from now on, also of what was put before. */
  limitNeeded(needed: number): void {
    for (const history of this.#histories) {
      history.needed = Math.min(history.needed, needed)
      for (const attempt of history.open) attempt.needed = Math.min(attempt.needed, needed)
    }
  }

  /** A copy was lost by a fault that the pool cannot be blamed for. */
  lose(block: number, disk: number): void {
    this.#of(block).lostAt[disk] = ++this.#moment
  }

  look(block: number): Look {
    const { put, delete: deleted, base, needed } = this.#of(block)
    return { block, start: ++this.#moment, put, delete: deleted, base, needed }
  }

  /** Whether a read since the look may say that the block is there. */
  mayBePresent({ block, delete: deleted }: Look): boolean {
    const { open, putsEnd } = this.#of(block)
    return putsEnd > deleted || some(open, 'put')
  }

  /**
   * Whether a read since the look may say that it is not. `away` are disks whose store is not there for a moment too
   * short to notice.
   */
  mayBeAbsent(look: Look, away: readonly number[] = []): boolean {
    const { open, deletesEnd, needed } = this.#of(look.block)
    if (look.put < 0 || deletesEnd > look.put || some(open, 'delete')) return true
    return this.copiesLost(look, away) >= Math.min(look.needed, needed)
  }

  /** Disks that lost the block since the put that the look knows of, with those that are away. */
  copiesLost({ block, base }: Look, away: readonly number[] = []): number {
    const { lostAt } = this.#of(block)
    const lost = new Set(away)
    lostAt.forEach((moment, disk) => {
      if (moment > base) lost.add(disk)
    })
    return lost.size
  }

  #of(block: number): History {
    return this.#histories[block] as History
  }
}

function some(open: ReadonlySet<Attempt>, kind: Attempt['kind']): boolean {
  for (const attempt of open) if (attempt.kind === kind) return true
  return false
}
