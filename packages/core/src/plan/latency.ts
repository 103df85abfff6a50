/** Weight of a new measurement, as TCP smooths its round trips (RFC 6298, section 2, uses 1/8). */
const ALPHA = 1 / 8

/** A smoothed mean of measurements: an exponentially weighted moving average. */
export class SmoothedLatency {
  /** Milliseconds; undefined before the first measurement. */
  ms: number | undefined

  observe(ms: number): void {
    this.ms = this.ms === undefined ? ms : this.ms + ALPHA * (ms - this.ms)
  }
}

const KEPT = 128
/** Fewer measurements say nothing about the slowest one in twenty. */
const ENOUGH = 20
const P95 = 0.95
/** Sorting is worth it once in so many measurements. */
const SORT_EVERY = 8

/** The slow end of the last 128 measurements. */
export class LatencyTail {
  readonly #recent = new Float64Array(KEPT)
  #count = 0
  #p95: number | undefined
  /** How many there were when they were sorted. */
  #sortedAt = 0

  /** What 95 of 100 measurements do not exceed, in milliseconds; undefined before there are 20. */
  get p95(): number | undefined {
    if (this.#count >= ENOUGH && this.#count - this.#sortedAt >= SORT_EVERY) this.#sort()
    return this.#p95
  }

  observe(ms: number): void {
    this.#recent[this.#count++ % KEPT] = ms
  }

  #sort(): void {
    const sorted = this.#recent.slice(0, Math.min(this.#count, KEPT)).sort()
    this.#p95 = sorted[Math.ceil(sorted.length * P95) - 1]
    this.#sortedAt = this.#count
  }
}

/** The middle of the values (the lower one of two); 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? 0
}
