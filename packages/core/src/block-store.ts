import type { CID } from 'multiformats/cid'
import type { Block } from './block.ts'

export interface OperationOptions {
  /** Rejects with `signal.reason`, also when the backend ignores it. An aborted `put` may still have landed. */
  readonly signal?: AbortSignal | undefined
  /**
   * Whether `signal` has aborted, for drivers that look once and at once: a pool makes the signal only when it is
   * asked for. @default as the signal says
   */
  readonly aborted?: boolean | undefined
}

/**
 * Stores blocks by CID. The pool is one, and so is everything that it routes to.
 *
 * Absence is a value, failure is an exception: `get` of an unknown block resolves to `undefined`, and a rejection
 * always means that the answer is not known. The identity of a block is its multihash: the CID's version and codec
 * do not matter.
 */
export interface BlockStore {
  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined>
  /** Idempotent. Resolved means readable; `traits.durability` says what it has survived. */
  put(block: Block, options?: OperationOptions): Promise<void>
  has(cid: CID, options?: OperationOptions): Promise<boolean>
  /** Idempotent: deleting an absent block resolves. */
  delete(cid: CID, options?: OperationOptions): Promise<void>
  /** Every stored block once, as CIDv1 with the raw codec, in no promised order. Ends in an error rather than short. */
  list(options?: OperationOptions): AsyncIterable<CID>
}

/** Whether the call was given up: the one question that most drivers have about it, asked without a signal being made. */
export function isAborted(options: OperationOptions | undefined): boolean {
  return options?.aborted ?? options?.signal?.aborted ?? false
}

/** @throws the reason of the signal, when the call was given up. */
export function throwIfAborted(options: OperationOptions | undefined): void {
  if (isAborted(options)) throw options?.signal?.reason
}
