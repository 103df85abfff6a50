import type { BlockKey } from './keys.ts'

/** How often one account refers to a block, by what the block is to it. */
export interface Uses {
  /** As its root, or from a commit or another node of its tree. */
  readonly tree: number
  /** From a node, as a record. */
  readonly records: number
  /** From a blob, as a part. */
  readonly blobs: number
}

export interface RepoRoot {
  /** Bytes of the CID of the commit. */
  readonly cid: Uint8Array
  readonly rev: string
}

/** `temporary` and `stored` are under names apart; only what is `stored` is served. */
export type BlobState = 'temporary' | 'stored' | 'quarantined'

export interface BlobEntry {
  readonly state: BlobState
  /** Multihash of all of its bytes. */
  readonly hash: BlockKey
  /** The blocks that its bytes are in, in their order. */
  readonly parts: readonly BlockKey[]
  /** All of its bytes. */
  readonly size: number
  /** When it was put, in milliseconds since 1970. */
  readonly since: number
}

export interface BlobName {
  readonly did: string
  readonly name: string
}

export type IndexChange =
  /** Blocks that are about to be put: from now on they may be in the store. */
  | { readonly type: 'claim'; readonly keys: readonly BlockKey[] }
  /** Adds to what the account refers to; `by` may be negative. */
  | { readonly type: 'use'; readonly did: string; readonly key: BlockKey; readonly by: Uses }
  | { readonly type: 'root'; readonly did: string; readonly root: RepoRoot }
  /** Without an entry the blob goes. */
  | {
      readonly type: 'blob'
      readonly did: string
      readonly name: string
      readonly entry?: BlobEntry | undefined
    }
  /** The account goes, with all that it refers to. */
  | { readonly type: 'leave'; readonly did: string }
  /** Blocks that are not in the store any more; one that somebody needs stays known. */
  | { readonly type: 'forget'; readonly keys: readonly BlockKey[] }

/**
 * What the blocks cannot say: where the root of each repository is, who needs which block, and where blobs are. It is the
 * truth for the three, and as durable as the store has to be.
 *
 * It belongs to one process at a time, and so does the storage over it.
 */
export interface RepoIndex {
  open?(): Promise<void>
  close?(): Promise<void>
  root(did: string): Promise<RepoRoot | undefined>
  /** In the order of the keys; zeros for what the account does not refer to. */
  uses(did: string, keys: readonly BlockKey[]): Promise<readonly Uses[]>
  /** Whether any account refers to the block, in the order of the keys. */
  needed(keys: readonly BlockKey[]): Promise<readonly boolean[]>
  /** Blocks that were claimed and that nobody refers to, in the order of their keys, behind `after`. */
  unneeded(after: BlockKey | undefined, limit: number): Promise<readonly BlockKey[]>
  blob(did: string, name: string): Promise<BlobEntry | undefined>
  /** Temporary blobs that were put before then (milliseconds since 1970), oldest first, some at a time. */
  temporary(before: number): Promise<readonly BlobName[]>
  /** All of it or nothing. Resolved means that it survives what the index is made to survive. */
  write(changes: readonly IndexChange[]): Promise<void>
}
