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

/** A part of what is owed for a block: a copy to be deleted or written again at a backend, or copies that may lack. */
export type Due = 'copies' | `delete:${string}` | `corrupt:${string}`

/** What is owed more, and no longer, for one block. */
export interface DebtChange {
  readonly multihash: Uint8Array
  readonly owed: readonly Due[]
  readonly paid: readonly Due[]
}

/** All that is owed for one block at some moment. */
export interface DebtState {
  readonly multihash: Uint8Array
  readonly dues: readonly Due[]
  /** Grows with each change of any debt of the journal. */
  readonly version: number
}

/** What a shared journal knows of one block now. */
export interface DebtLook {
  readonly state: DebtState
  /** A process holds the block. */
  readonly held: boolean
  /** A delete was confirmed less than `longestPutMs` ago, and no put has lifted its tombstone. */
  readonly deleted: boolean
}

/** One process alone may take copies of a block away, or repair it. */
export interface Hold {
  /** What was owed when it began. */
  readonly state: DebtState
  /** It has run out, or may have: nothing more may be done under it. */
  readonly lost: boolean
  end(): Promise<void>
}

/**
 * What several processes that use one journal do together. Their pools have the same backends, by the same ids.
 *
 * A delete stands in the journal for at least `longestPutMs`, and is done again after that: whatever a put of another
 * process has left behind is gone then. That it was done is known for as long again. So a put that finds no trace of a
 * delete in the journal after its last copy was overlapped by none; one that finds a trace starts over, alone.
 */
export interface SharedJournal {
  /** A put that takes longer starts over. Milliseconds. */
  readonly longestPutMs: number
  /** What other processes have written is known after this time at most. Milliseconds. */
  readonly lagMs: number
  /**
   * Writes changes, all of them or none, and resolves to what is owed for these blocks then. A change that pays a delete
   * confirms it, unless it owes copies: then a put has lifted the tombstone.
   */
  merge(changes: readonly DebtChange[]): Promise<readonly DebtState[]>
  /**
   * Waits until no other process holds the block, and takes it. It runs out when its process dies.
   * @throws PoolError `ERR_BACKEND`, retryable, when another process does not let go of it.
   */
  hold(multihash: Uint8Array): Promise<Hold>
  look(multihash: Uint8Array): Promise<DebtLook>
  /** The generation of the head now: other processes write it, too. */
  generation(): Promise<number>
  /** What was written since the call before, by this process too; at first since `open`. */
  news(): Promise<readonly DebtState[]>
}

/**
 * What the pool must not forget: debts, and how it was left. A journal belongs to one pool at a time, unless it is shared.
 *
 * `write` resolves when the changes have the journal's durability, all of them or none, and after those of earlier
 * calls; calls that wait together may be written together.
 */
export interface Journal {
  readonly durability: Durability
  /** Undefined where the journal belongs to one pool at a time. */
  readonly shared?: SharedJournal | undefined
  /** The head that was written last; undefined for a new journal. */
  open(): Promise<JournalHead | undefined>
  /** All debts, in no promised order; called once, before the first `write`. */
  debts(): AsyncIterable<Debt>
  /** A shared journal is given heads alone, and merges them with the one that it has. */
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
