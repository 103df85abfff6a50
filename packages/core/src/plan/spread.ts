/** What decides where copies of one block may stand. */
export interface Placeable {
  readonly zone: string
}

/** What is asked about the places for a copy. */
export interface Placing<P> {
  /** The zone holds a copy, or is getting one. */
  holdsZone(zone: string): boolean
  /** The candidate may be taken. */
  fits(candidate: P): boolean
}

/**
 * Hands out the backends for the copies of one block, in the strategy's order but with distinct zones first, within
 * the tiers that are needed to hold `copies` copies. See docs/adr/0006-tiers-and-zones.md.
 */
export class Spread<P extends Placeable> {
  readonly #preferred: readonly P[]
  readonly #others: readonly P[] | undefined
  /** So many of the preferred were handed out in order, and these others. */
  #inOrder = 0
  #taken: P[] | undefined

  /** @param ranked most wanted first. @param tiers the tier of each, in the same order; one tier when undefined. */
  constructor(ranked: readonly P[], copies: number, tiers?: readonly number[]) {
    const enough = tiers && tiersFor(tiers, copies)
    this.#preferred = enough ? ranked.filter((_, i) => enough.has(tiers[i] ?? 0)) : ranked
    this.#others = enough && ranked.filter((_, i) => !enough.has(tiers[i] ?? 0))
  }

  /** The next backend for a copy, handed out once; undefined when none is left that fits. */
  next(placing: Placing<P>): P | undefined {
    const next =
      this.#among(this.#preferred, this.#inOrder, placing) ??
      (this.#others && this.#among(this.#others, 0, placing))
    if (next === undefined) return undefined
    if (next === this.#preferred[this.#inOrder]) this.#inOrder++
    else if (this.#taken) this.#taken.push(next)
    else this.#taken = [next]
    return next
  }

  #among(candidates: readonly P[], from: number, placing: Placing<P>): P | undefined {
    let inHeldZone: P | undefined
    for (let i = from; i < candidates.length; i++) {
      const candidate = candidates[i] as P
      if (this.#taken?.includes(candidate) || !placing.fits(candidate)) continue
      if (!placing.holdsZone(candidate.zone)) return candidate
      inHeldZone ??= candidate
    }
    return inHeldZone
  }
}

/** The first tiers, in order of appearance, that together hold enough candidates. */
function tiersFor(tiers: readonly number[], copies: number): Set<number> {
  const wanted = new Set<number>()
  let held = 0
  for (const tier of tiers) {
    if (wanted.has(tier)) continue
    if (held >= copies) break
    wanted.add(tier)
    held += tiers.filter((other) => other === tier).length
  }
  return wanted
}
