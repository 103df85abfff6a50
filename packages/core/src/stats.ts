import type { BackendTraits, Durability } from './backend.ts'
import type { UnhealthyReason } from './events.ts'
import type { ResolvedSettings } from './options.ts'

/**
 * How the calls of one backend ended. They conserve: `operations = ok + missing + errors + aborted`, where operations
 * are finished calls of get, put, has, delete and list.
 */
export interface CallCounts {
  readonly operations: number
  readonly ok: number
  /** `get` and `has` answered that the block is not there. */
  readonly missing: number
  /** Faults, time-outs, refusals and bytes that did not match. */
  readonly errors: number
  readonly aborted: number
  /** Finished calls of `get`, and the bytes that they returned. */
  readonly reads: number
  readonly bytesRead: number
  /** Finished calls of `put` that succeeded, and their bytes. */
  readonly writes: number
  readonly bytesWritten: number
  /** Reads whose bytes did not match the CID; these are errors too. */
  readonly corrupt: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** One backend, measured. Settings are as configured now. */
export interface BackendStats extends CallCounts, ResolvedSettings {
  readonly id: string
  readonly type: string
  readonly traits: BackendTraits
  /** In service, with both breakers closed. */
  readonly healthy: boolean
  /** Why it is out of service; undefined also when only a breaker is open. */
  readonly unhealthyReason: UnhealthyReason | undefined
  /** State of the circuit breaker of each direction. */
  readonly breakers: Readonly<Record<'read' | 'write', BreakerState>>
  /** Blocks stored; a tally of the pool's own puts and deletes where the backend does not measure it. */
  readonly blocks: number
  readonly usedBytes: number
  /** Bytes that the backend still takes, by its capacity or its own measure; undefined when there is no limit. */
  readonly freeBytes: number | undefined
  readonly inFlight: number
  readonly readLatencyMs: number
  readonly writeLatencyMs: number
  /** When the backend was last checked, in milliseconds since 1970; undefined before the first check. */
  readonly lastHealthCheck: number | undefined
}

/** The pool as a whole: sums over its backends, means where the name says so. */
export interface PoolStats<Id extends string = string> extends CallCounts {
  readonly backends: Readonly<Record<Id, BackendStats>>
  readonly totalBackends: number
  readonly healthyBackends: number
  /** Sum of all capacities; undefined when a backend has no limit. */
  readonly capacityBytes: number | undefined
  /** Bytes of all copies. */
  readonly usedBytes: number
  /** Mean of `costPerGb`, in US dollars per 10^9 bytes and month. */
  readonly averageCostPerGb: number
  /** Mean of the read latencies that were measured; 0 when none was. */
  readonly averageLatencyMs: number
  /** Blocks whose location is remembered. */
  readonly hints: number
  /** Blocks for which something is owed: a delete, a copy, a repair. */
  readonly debts: number
  /** Of these, blocks that were deleted and that a backend has not confirmed. */
  readonly tombstones: number
  /** The fewest copies that an acknowledged block can have. */
  readonly leastCopies: number
  readonly failovers: number
  /** Reads that took so long that a second backend was asked. */
  readonly hedges: number
  readonly repairs: number
  readonly copies: number
  readonly strategy: string
  readonly durability: Durability
}

/** Where one block is. */
export interface Location<Id extends string = string> {
  readonly backend: Id
  /** It holds a copy, it holds none, its copy was found corrupt, or it did not say. */
  readonly state: 'present' | 'missing' | 'corrupt' | 'unknown'
  /** Why the state is unknown. */
  readonly error?: unknown
}

/** Why a backend may not serve a request. */
export type Ineligible =
  | 'reads are off'
  | 'writes are off'
  | 'unhealthy'
  | 'breaker open'
  | 'draining'
  | 'over capacity'
  | 'block too large'
  | 'an earlier call is unsettled'
  | 'forbidden by the strategy'

/** One backend's part in a request: its place in the order, or the reason why it has none. */
export type Explanation<Id extends string = string> =
  | { readonly backend: Id; readonly rank: number; readonly target: boolean; readonly reason?: undefined }
  | { readonly backend: Id; readonly rank?: undefined; readonly target: false; readonly reason: Ineligible }
