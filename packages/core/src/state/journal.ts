import type { Durability } from '../backend.ts'

/** What is still owed for one block. A block that nothing is owed for has no debt. */
export interface Debt {
  readonly multihash: Uint8Array
  /** Ids of backends whose copy must still be deleted; while there is one, the block is hidden: a tombstone. */
  readonly deleteFrom: readonly string[]
  /** Copies may lack: they are to be counted, and made where they do. */
  readonly copies: boolean
  /** Ids of backends whose copy does not match the CID. */
  readonly corruptIn: readonly string[]
}

/** What the journal knows about the pool as a whole. */
export interface JournalHead {
  /** Random, made with the journal, and anew when it was used although it was not the newest. */
  readonly id: string
  /** Ids of journals in whose place it stands, because their loss was accepted. */
  readonly replaces?: readonly string[] | undefined
  /**
   * Grows at every open and close, and between two health checks in which something was owed or paid: an older copy of the
   * journal is told from the newest by the notes of the backends.
   */
  readonly generation: number
  /** The pool was closed, and not cut off. */
  readonly clean: boolean
  /** The fewest copies that an acknowledged block can have. At least 1. */
  readonly leastCopies: number
  /** The id of each backend's store, by the backend's id, for those that have one. */
  readonly stores: Readonly<Record<string, string>>
}

export type JournalChange =
  /** Takes the place of the debt of this block. */
  | { readonly type: 'owed'; readonly debt: Debt }
  /** Nothing is owed for the block any more. */
  | { readonly type: 'paid'; readonly multihash: Uint8Array }
  | { readonly type: 'head'; readonly head: JournalHead }

/**
 * What the pool must not forget: debts, and how it was left. A journal belongs to one pool at a time.
 *
 * `write` resolves when the changes have the journal's durability, all of them or none, and after those of earlier
 * calls; calls that wait together may be written together.
 */
export interface Journal {
  readonly durability: Durability
  /** The head that was written last; undefined for a new journal. */
  open(): Promise<JournalHead | undefined>
  /** All debts, in no promised order; called once, before the first `write`. */
  debts(): AsyncIterable<Debt>
  write(changes: readonly JournalChange[]): Promise<void>
  close(): Promise<void>
}

/** A journal that lives as long as the process: promises hold while it runs. */
export function memoryJournal(): Journal {
  return {
    durability: 'none',
    open: async () => undefined,
    async *debts() {},
    write: async () => {},
    close: async () => {},
  }
}
