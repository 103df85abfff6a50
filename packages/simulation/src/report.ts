import type { FaultCounts } from './fault-kinds.ts'

/** What a pool must never do, by name. */
export type Rule =
  /** Bytes that do not match their CID. */
  | 'wrong bytes'
  /** A block that must be there is said not to be. */
  | 'lost'
  /** A block is there after its delete was acknowledged, and no put of it since. */
  | 'came back'
  /** A listing yields a block twice, or one that never was. */
  | 'listing'
  /** A rejection that no caller could expect. */
  | 'error'
  /** An operation that takes longer than its deadlines allow. */
  | 'late'
  /** A promise that never settles, or a pool that cannot be opened or closed. */
  | 'stuck'
  /** Figures that do not add up. */
  | 'stats'
  /** With all faults over, a block cannot be read, written or deleted, or lacks copies. */
  | 'not healed'
  /** A block has more copies than wanted, or in fewer zones than there are, though nothing went wrong. */
  | 'misplaced'
  /** A scenario expected another answer. */
  | 'unexpected'
  /** Something is left behind by a closed pool. */
  | 'leak'
  /** Two runs of one seed differ. */
  | 'not deterministic'

export interface Violation {
  readonly seed: number
  readonly rule: Rule
  readonly message: string
  /** Virtual time, in milliseconds. */
  readonly atMs: number
}

export interface RunReport {
  readonly violations: readonly Violation[]
  readonly faults: FaultCounts
  /** Operations of the pool, with those that check it at the end. */
  readonly operations: number
  readonly traceHash: string
  /** What happened, a line each, when it was asked for. */
  readonly lines: readonly string[] | undefined
}
