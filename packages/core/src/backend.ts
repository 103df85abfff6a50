import type { CID } from 'multiformats/cid'
import type { Block } from './block.ts'
import type { BlockStore, OperationOptions } from './block-store.ts'

/** What a resolved `put` survives: nothing, a crash of the storing process, a power cut. */
export type Durability = 'none' | 'process' | 'power'

export interface BackendTraits {
  readonly durability: Durability
  /** The largest block that `put` takes, in bytes; no limit when undefined. */
  readonly maxBlockBytes?: number | undefined
  /** Calls in flight that this driver makes good use of; high (1,000) where it gathers calls into batches. */
  readonly concurrency?: number | undefined
  /**
   * A put or delete that was aborted may still take effect after its promise has rejected, as with a request that is
   * on its way to a server. Assumed when undefined; stores inside the process say false.
   */
  readonly lateEffects?: boolean | undefined
  /**
   * Reads do their work before they return, on the thread that asks. Where others are asked along with it, a pool asks them
   * first, so that this work is done while their requests are on their way.
   */
  readonly synchronous?: boolean | undefined
}

/** Measured, not configured. */
export interface Usage {
  /** Blocks stored. */
  readonly blocks: number
  /** Bytes of block data stored, without overhead of the store. */
  readonly bytes: number
  /** Bytes that the device still takes, where the driver can tell. */
  readonly freeBytes?: number | undefined
}

export interface OpenOptions extends OperationOptions {
  /**
   * Id of the store that was here before. Where there is none now, as on a disk that is not mounted, the backend makes no
   * new one and rejects with `ERR_STORE_GONE`.
   */
  readonly expectedStore?: string | undefined
}

/**
 * A `BlockStore` with a lifetime: the whole contract for those who write one.
 *
 * - Calls come after `open` has resolved and before `close` is called. After `close` every verb rejects with
 *   `ERR_CLOSED`; `open` may be called again.
 * - Errors are `PoolError`s with the code that fits (`ERR_FULL`, `ERR_BACKEND`, …); anything else that is thrown counts
 *   as a passing fault. A rejected `put` or `delete` has had its effect or never will, unless the error says `unsettled`.
 * - Bytes given to `put` and bytes returned by `get` are never written into.
 */
export interface Backend extends BlockStore {
  /** Short driver name for messages and metrics: 'fs', 's3'. */
  readonly type: string
  /** Valid after `open`. */
  readonly traits: BackendTraits
  open?(options?: OpenOptions): Promise<void>
  /** Waits for calls in flight; idempotent. */
  close?(): Promise<void>
  /**
   * What `get` would answer, where that is at hand without waiting for anything: the block is in this process's memory.
   * Undefined says nothing. A pool asks it first, and checks the bytes as those of `get`; it has no deadline.
   */
  peek?(cid: CID): Uint8Array | undefined
  /**
   * What `put` would do, where that takes no waiting: the block is kept in this process's memory. False says that nothing was
   * done and why is told by `put`. A pool tries it first; it has no deadline.
   */
  tryPut?(block: Block): boolean
  /** Cheap reachability check; without it the pool asks `has` of a fixed CID. */
  ping?(options?: OperationOptions): Promise<void>
  /** Blocks and bytes stored, bytes free. Without it the pool keeps its own tally. */
  usage?(options?: OperationOptions): Promise<Usage>
  /**
   * Random id made with the store and lost with its data. A changed or missing id (a rejection with `ERR_STORE_GONE`)
   * makes every "missing" of this store no answer.
   */
  identity?(options?: OperationOptions): Promise<string>
  /** The text that `writeNote` kept last; undefined or empty when there is none. */
  readNote?(options?: OperationOptions): Promise<string | undefined>
  /**
   * Keeps a text of at most 1 KiB instead of the one before, with the durability of blocks; it is lost with the data, as
   * the identity is. A pool notes there which state of its journal it was used with, so that it notices an older one.
   */
  writeNote?(note: string, options?: OperationOptions): Promise<void>
}

/** What the operator says about one backend of one pool. Defaults stand in options.ts. */
export interface BackendSettings {
  /** Blocks are read from here. */
  readonly read?: boolean | undefined
  /** Blocks are written here; deletes reach it in any case. */
  readonly write?: boolean | undefined
  /** Higher is preferred. Any finite number. */
  readonly priority?: number | undefined
  /** Share under consistent hashing. A finite number above 0. */
  readonly weight?: number | undefined
  /** Writes beyond it go elsewhere; no limit when undefined. */
  readonly capacityBytes?: number | undefined
  /** Meant for blocks at least this large. */
  readonly sizeThresholdBytes?: number | undefined
  /** Copies of one block go to different zones first; the backend's own id when undefined. */
  readonly zone?: string | undefined
  /** US dollars per 10^9 bytes and month. */
  readonly costPerGb?: number | undefined
  /** US dollars per 10^6 gets. */
  readonly costPerMillionReads?: number | undefined
  /** US dollars per 10^6 puts. */
  readonly costPerMillionWrites?: number | undefined
  /** US dollars per 10^9 bytes read. */
  readonly costPerGbEgress?: number | undefined
  /** Calls in flight at most; from `traits.concurrency` when undefined. */
  readonly concurrency?: number | undefined
  /** A call that takes longer counts as a fault. Milliseconds. */
  readonly timeoutMs?: number | undefined
}
