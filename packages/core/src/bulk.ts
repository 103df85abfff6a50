import type { CID } from 'multiformats/cid'
import type { Block } from './block.ts'
import type { BlockStore, OperationOptions } from './block-store.ts'

export interface BulkOptions extends OperationOptions {
  /** Operations under way at once. @default 32 */
  readonly concurrency?: number | undefined
}

/**
 * Puts every block, several at once. Rejects with the first error; puts that are under way then are awaited.
 */
export async function putAll(
  store: Pick<BlockStore, 'put'>,
  blocks: Iterable<Block> | AsyncIterable<Block>,
  options: BulkOptions = {},
): Promise<void> {
  for await (const _done of mapConcurrently(blocks, (block) => store.put(block, options), options)) {
    // Each put is done; the next one starts.
  }
}

/**
 * Gets every block, several at once, and yields them in the order of the CIDs; `bytes` is undefined where the block is
 * absent.
 */
export async function* getAll(
  store: Pick<BlockStore, 'get'>,
  cids: Iterable<CID> | AsyncIterable<CID>,
  options: BulkOptions = {},
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array | undefined }> {
  yield* mapConcurrently(cids, async (cid) => ({ cid, bytes: await store.get(cid, options) }), options)
}

/** Results in the order of the inputs, with a bounded number under way. */
export async function* mapConcurrently<I, O>(
  inputs: Iterable<I> | AsyncIterable<I>,
  task: (input: I) => Promise<O>,
  { concurrency = 32, signal }: BulkOptions,
): AsyncGenerator<O> {
  const running: Promise<O>[] = []
  try {
    for await (const input of inputs) {
      signal?.throwIfAborted()
      const result = task(input)
      result.catch(() => {})
      running.push(result)
      if (running.length >= concurrency) yield await (running.shift() as Promise<O>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<O>)
  } finally {
    await Promise.allSettled(running)
  }
}
