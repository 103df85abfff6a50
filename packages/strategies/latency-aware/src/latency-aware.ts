import { rankBy, type Strategy } from '@blockpool/core'

/** One request in this many explores. */
const EXPLORE_ONE_IN = 16

/**
 * The quickest first: by the measured, smoothed latency in milliseconds, that of reads for a read and that of writes
 * for a write; equal ones in the order of the candidates.
 *
 * One request in 16, by `random`, puts one of the others first, each as likely as the next, and the quickest second:
 * a backend that got slow for a while would otherwise keep its old figure for ever, as nothing asks it again. So with
 * n candidates each of the others gets 1/16/(n - 1) of the requests, and the quickest 15/16.
 *
 * A backend that was not measured yet counts as the median of the others, and is found by exploration.
 */
export function latencyAware(): Strategy {
  return {
    type: 'latency-aware',
    stable: false,
    rank({ op, random }, candidates) {
      const ranked = rankBy(candidates, (c) => (op === 'read' ? c.readLatencyMs : c.writeLatencyMs))
      if (ranked.length < 2 || random % EXPLORE_ONE_IN !== 0) return ranked
      const other = 1 + (Math.floor(random / EXPLORE_ONE_IN) % (ranked.length - 1))
      return [...ranked.slice(other, other + 1), ...ranked.toSpliced(other, 1)]
    },
  }
}
