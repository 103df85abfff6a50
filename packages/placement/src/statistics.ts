/** The figures of a list of numbers. */
export interface Summary {
  readonly mean: number
  readonly min: number
  readonly max: number
  /** Standard deviation. */
  readonly deviation: number
}

export function summaryOf(numbers: readonly number[]): Summary {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return {
    mean,
    min: Math.min(...numbers),
    max: Math.max(...numbers),
    deviation: Math.sqrt(squares / Math.max(1, numbers.length - 1)),
  }
}

/** Standard deviation of how often something happens in `trials`, each time with this chance. */
export function binomialDeviation(trials: number, chance: number): number {
  return Math.sqrt(trials * chance * (1 - chance))
}

/**
 * What `count` backends hold of so many blocks when chance alone decides. The extremes are those to be expected: G. Blom,
 * "Statistical Estimates and Transformed Beta-Variables", 1958.
 */
export function byChance(count: number, blocks: number, chance: number): Summary {
  const mean = blocks * chance
  const deviation = binomialDeviation(blocks, chance)
  const reach = count < 2 ? 0 : normalQuantile((count - 0.375) / (count + 0.25)) * deviation
  return { mean, min: mean - reach, max: mean + reach, deviation }
}

/**
 * How unequal the chances of `count` backends may be, as part of their mean, when this was measured: the variance that is
 * left beside that of chance, and twice the standard error with which it is known.
 */
export function unevenAtMost(count: number, measured: Summary, chanceDeviation: number): number {
  const chance = chanceDeviation ** 2
  const error = chance * Math.sqrt(2 / Math.max(1, count - 1))
  return Math.sqrt(Math.max(0, measured.deviation ** 2 - chance) + 2 * error) / measured.mean
}

/** For p from 0.5 to 1, within 4.5e-4: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 26.2.23. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p))
  const above = 2.515517 + 0.802853 * t + 0.010328 * t ** 2
  return t - above / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3)
}
