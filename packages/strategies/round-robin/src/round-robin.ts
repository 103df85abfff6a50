import type { Strategy } from '@blockpool/core'

/**
 * One turn a request: the candidates in their order, rotated left by `turn`.
 *
 * With n candidates each comes first in one of n turns in a row, each second in one of n, and so on; so with N copies
 * each backend gets N of n blocks, and the N targets are distinct, however many writers there are. Reads rotate by
 * their own turns. A backend that is full or down is no candidate: the rest share evenly. Priority only sets the
 * order in which the turns go round.
 *
 * Inside a strategy that hands on some requests only, turns come with gaps: the shares are even only if the gaps
 * follow no rhythm.
 */
export function roundRobin(): Strategy {
  return {
    type: 'round-robin',
    stable: false,
    rank({ turn }, candidates) {
      if (candidates.length < 2) return candidates
      const first = turn % candidates.length
      return [...candidates.slice(first), ...candidates.slice(0, first)]
    },
  }
}
