/** What the pool promises, beyond what it always does. */
export interface Promises {
  /** A delete is acknowledged while some copies still have to go: they are hidden, until a journal that knows is lost. */
  readonly tombstones: boolean
  /** An absence is told although some backends did not answer, where too few of them are left to hold the block. */
  readonly fewAnswers: boolean
  /** What is owed is paid: after faults are over, blocks have all their copies, and deleted ones none. */
  readonly debts: boolean
  /** A delete is not acknowledged by a store that has been away for longer than an absence may be told. */
  readonly storeAtDelete: boolean
  /** A store that was away while it was drained is not removed, however short it was. */
  readonly storeAtRemove: boolean
  /** A drained backend does not hand on blocks that are deleted and still have to go from it. */
  readonly tombstonesAtRemove: boolean
  /** A backend whose `open` hung is in order once a later `open` has succeeded. */
  readonly lateOpen: boolean
  /** With a durable journal, a backend that forgets everything when it is closed may come back with another id. */
  readonly volatileStores: boolean
  /** Nothing is scheduled any more at the moment in which `close` resolves, not just soon after. */
  readonly quietClose: boolean
}

/** What is held to when nothing else is said. */
export const PROMISES: Promises = {
  tombstones: true,
  fewAnswers: true,
  debts: true,
  storeAtDelete: true,
  storeAtRemove: true,
  tombstonesAtRemove: true,
  lateOpen: true,
  volatileStores: true,
  quietClose: true,
}
