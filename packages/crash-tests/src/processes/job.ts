/** What one of several processes on one store is told to do. */
export interface Share {
  readonly backend: 'fs' | 'sqlite'
  readonly folder: string
  readonly seed: number
  readonly operations: number
  /** Blocks that this process alone writes and deletes: numbers from here on. */
  readonly ownFrom: number
  /** Own blocks that are there, when it follows on one that was killed. */
  readonly live: readonly number[]
}

/** Own blocks of each process. */
export const OWN = 2_000
/** Blocks that all processes put and none deletes: numbers below this. */
export const COMMON = 2_000
