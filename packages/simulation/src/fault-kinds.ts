/** Everything that goes wrong in a simulated world. */
export const FAULT_KINDS = [
  'EIO',
  'ENOSPC',
  'EMFILE',
  'torn write',
  'bit flip',
  'truncation',
  'hang',
  'slow x100',
  'flapping',
  'error after effect',
  'effect after the timeout',
  'store swapped or emptied',
  'store unmounted',
  'clock jump',
  'crash and restart',
  'acknowledged and lost',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** How often each kind of fault has fired, that is, had an effect on a call. */
export type FaultCounts = Record<FaultKind, number>

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultCounts
}

/** Faults that hit one call of a backend; the others happen to a store, or to the pool. */
export const CALL_FAULTS: readonly FaultKind[] = [
  'EIO',
  'ENOSPC',
  'EMFILE',
  'torn write',
  'bit flip',
  'truncation',
  'hang',
  'slow x100',
  'flapping',
  'error after effect',
  'effect after the timeout',
  'acknowledged and lost',
]
