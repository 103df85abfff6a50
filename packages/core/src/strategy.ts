import type { CID } from 'multiformats/cid'
import type { BackendTraits } from './backend.ts'
import type { ResolvedSettings } from './options.ts'

/**
 * What a strategy sees: a read-only live view of an eligible backend (healthy, enabled, with room), valid during the
 * call and never kept. Candidates come ordered by priority (highest first), then id; ties keep that order.
 */
export interface Candidate<Id extends string = string> extends ResolvedSettings {
  readonly id: Id
  readonly type: string
  readonly traits: BackendTraits
  readonly usedBytes: number
  /** Calls that the backend has not answered yet. */
  readonly inFlight: number
  /** Measured and smoothed; before the first measurement the median of the others; 0 when nothing was measured. */
  readonly readLatencyMs: number
  readonly writeLatencyMs: number
}

export interface RouteRequest {
  readonly op: 'read' | 'write'
  readonly cid: CID
  /** Two uint32 words of the digest, for hashing without touching bytes. */
  readonly digest: readonly [number, number]
  /** Bytes of the block; undefined for reads. */
  readonly size: number | undefined
  /** Counts requests, reads and writes apart: 0, 1, 2, … */
  readonly turn: number
  /** A uint32 from the pool's seed. */
  readonly random: number
}

/**
 * Orders candidates from most to least wanted. Pure: same input, same output; no clock, no randomness, no I/O; the
 * input array is left as it is.
 * The pool writes to the first `copies` and falls through to the rest on failure. Left out of a write means
 * forbidden; left out of a read means asked last.
 */
export type Rank = <C extends Candidate>(request: RouteRequest, candidates: readonly C[]) => readonly C[]

export interface Strategy {
  /** Short name for messages and metrics: 'size-based'. */
  readonly type: string
  readonly rank: Rank
  /** Copies for this block, where the strategy has a say (`replicated`: 'all'); otherwise the pool's. */
  copies?(request: RouteRequest): number | 'all' | undefined
  /**
   * The tier of a candidate in this request; candidates of one tier are as good as each other, and copies spread over
   * zones among them. Without it all candidates are one tier. See docs/adr/0006-tiers-and-zones.md.
   */
  tier?(request: RouteRequest, candidate: Candidate): number
  /** The order depends on CID, size and settings alone, so a block can be misplaced, and rebalance may move it. */
  readonly stable: boolean
}

/** Sorts by a score, lowest first, without touching the input; equal scores keep their order, NaN sorts last. */
export function rankBy<C extends Candidate>(
  candidates: readonly C[],
  score: (candidate: C) => number,
): readonly C[] {
  if (candidates.length < 2) return candidates
  const scored = candidates.map((candidate) => ({ candidate, score: score(candidate) }))
  scored.sort((a, b) => compareScores(a.score, b.score))
  return scored.map((entry) => entry.candidate)
}

function compareScores(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return a < b ? -1 : a > b ? 1 : 0
}

/** The default: candidates as they come, by priority and then by id. */
export function byPriority(): Strategy {
  return { type: 'by-priority', stable: true, rank: (_request, candidates) => candidates }
}
