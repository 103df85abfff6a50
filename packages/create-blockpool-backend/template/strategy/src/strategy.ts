import { type Candidate, PoolError, rankBy, type Strategy } from '@blockpool/core'

export interface MyStrategyOptions {
  /** Backends with less room than this get new blocks only when all others fail. Bytes. @default 0 */
  readonly keepFreeBytes?: number | undefined
}

/**
 * Writes go where the fewest bytes are, reads where answers come fastest. Replace the two scores by yours: a candidate
 * has its settings (priority, weight, price, …) and what was measured (bytes, calls in flight, latencies).
 *
 * @throws PoolError `ERR_INVALID_OPTIONS` when `keepFreeBytes` is no number from 0 up.
 */
export function myStrategy(options: MyStrategyOptions = {}): Strategy {
  const { keepFreeBytes = 0 } = options
  if (!(Number.isFinite(keepFreeBytes) && keepFreeBytes >= 0)) {
    throw new PoolError('ERR_INVALID_OPTIONS', 'keepFreeBytes must be a number from 0 up')
  }
  return {
    type: 'my-strategy',
    // True only if the order follows from CID, size and settings alone: this one looks at what is stored.
    stable: false,
    // Pure: no clock, no randomness, no I/O, nothing kept. `request.turn` and `request.random` stand in for them.
    rank: (request, candidates) =>
      request.op === 'write'
        ? rankBy(candidates, (candidate) => fullness(candidate, keepFreeBytes))
        : rankBy(candidates, (candidate) => candidate.readLatencyMs),
  }
}

/** Lowest first. What is left out of the order of a write is forbidden; `Infinity` is only last. */
function fullness(candidate: Candidate, keepFreeBytes: number): number {
  const { capacityBytes = Number.POSITIVE_INFINITY, usedBytes } = candidate
  return capacityBytes - usedBytes < keepFreeBytes ? Number.POSITIVE_INFINITY : usedBytes
}
