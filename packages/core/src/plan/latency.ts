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

/** The middle of the values (the lower one of two); 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? 0
}
