/** What decides where copies of one block may stand. */
export interface Placeable {
  readonly zone: string
}

/**
 * Hands out the backends for the copies of one block, in the strategy's order but with distinct zones first, within
 * the tiers that are needed to hold `copies` copies. See docs/adr/0006-tiers-and-zones.md.
 */
export class Spread<P extends Placeable> {
  readonly #preferred: P[]
  readonly #others: P[]

  /** @param ranked most wanted first. @param tiers the tier of each, in the same order; one tier when undefined. */
  constructor(ranked: readonly P[], copies: number, tiers?: readonly number[]) {
    const enough = tiers ? tiersFor(tiers, copies) : undefined
    this.#preferred = ranked.filter((_, i) => !enough || enough.has(tiers?.[i] ?? 0))
    this.#others = enough ? ranked.filter((_, i) => !enough.has(tiers?.[i] ?? 0)) : []
  }

  /**
   * The next backend for a copy, given the zones that hold or are getting one; undefined when none is left. Only those
   * that pass `fits` are taken.
   */
  next(zones: readonly string[], fits: (candidate: P) => boolean = () => true): P | undefined {
    return take(this.#preferred, zones, fits) ?? take(this.#others, zones, fits)
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

function take<P extends Placeable>(
  from: P[],
  zones: readonly string[],
  fits: (candidate: P) => boolean,
): P | undefined {
  let at = from.findIndex((candidate) => !zones.includes(candidate.zone) && fits(candidate))
  if (at < 0) at = from.findIndex(fits)
  return at < 0 ? undefined : from.splice(at, 1)[0]
}
