import { type Backend, type BlockStore, isIdentity, type OperationOptions, PoolError } from '@blockpool/core'
import type { Blockstore, InputPair, Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { abortable } from './abortable.ts'
import { type FailureName, failed, notFound } from './blockstore-error.ts'
import { equals } from './equals.ts'
import { type Chunks, gather } from './gather.ts'
import { inOrder } from './in-order.ts'
import { Opening } from './opening.ts'

/** Any `BlockStore`: a pool above all, or one backend. */
export type AdaptedStore = BlockStore & Partial<Pick<Backend, 'close' | 'open' | 'traits'>>

/** As the js blockstores have it. */
export interface OpenableBlockstore extends Blockstore {
  /** Need not be called: the first call opens the store. */
  open(): Promise<void>
  /** Closes the store; calls are refused from then on, until it is opened again. */
  close(): Promise<void>
}

/** What is taken of the options of others. Helia passes many; none of them reaches the store. */
interface AbortOptions {
  readonly signal?: AbortSignal
}

/** Calls of `putMany`, `getMany` and `deleteMany` under way at once. */
const CONCURRENCY = 16

/**
 * interface-blockstore 7 over a store, for Helia and everything else that takes a js blockstore.
 *
 * - What is absent is a `NotFoundError`, and false of `has`. What is not known is an error with another name
 *   (`GetFailedError`, `HasFailedError`, …), the store's `code`, and the store's error as its cause; an abort rejects with
 *   `signal.reason`.
 * - CIDs with the identity hash carry their bytes: they are always there, and nothing is stored or deleted for them.
 * - `getAll` yields CIDs of version 1 with the raw codec and reads a block only when its `bytes` are.
 */
export function asBlockstore(store: AdaptedStore): OpenableBlockstore {
  return new AsBlockstore(store)
}

class AsBlockstore implements OpenableBlockstore {
  readonly #store: AdaptedStore
  readonly #opening: Opening

  constructor(store: AdaptedStore) {
    this.#store = store
    this.#opening = new Opening(store)
  }

  open(): Promise<void> {
    return this.#named('OpenFailedError', undefined, () => this.#opening.open())
  }

  close(): Promise<void> {
    return this.#named('CloseFailedError', undefined, () => this.#opening.close())
  }

  has(cid: CID, { signal }: AbortOptions = {}): Promise<boolean> {
    return this.#call('HasFailedError', signal, async (options) => {
      return isIdentity(cid) || this.#store.has(cid, options)
    })
  }

  async put(cid: CID, value: Chunks, { signal }: AbortOptions = {}): Promise<CID> {
    await this.#call('PutFailedError', signal, async (options) => {
      const bytes = await this.#gather(value, signal)
      if (!isIdentity(cid)) await this.#store.put({ cid, bytes }, options)
      else if (!equals(cid.multihash.digest, bytes)) {
        throw new PoolError('ERR_HASH_MISMATCH', 'the bytes are not those that the identity CID carries')
      }
    })
    return cid
  }

  async *get(cid: CID, { signal }: AbortOptions = {}): AsyncGenerator<Uint8Array> {
    yield this.#read(cid, signal)
  }

  delete(cid: CID, { signal }: AbortOptions = {}): Promise<void> {
    return this.#call('DeleteFailedError', signal, async (options) => {
      if (!isIdentity(cid)) await this.#store.delete(cid, options)
    })
  }

  /** Streams are gathered one after another, since the next one may start where the last one ends. */
  async *putMany(
    source: Iterable<InputPair> | AsyncIterable<InputPair>,
    options: AbortOptions = {},
  ): AsyncGenerator<CID> {
    const gathered = this.#gatherEach(source, options.signal)
    yield* inOrder(gathered, ({ cid, bytes }) => this.put(cid, bytes, options), CONCURRENCY)
  }

  /** A block that lacks, or cannot be read, fails where its `bytes` are read; the others come. */
  async *getMany(
    source: Iterable<CID> | AsyncIterable<CID>,
    { signal }: AbortOptions = {},
  ): AsyncGenerator<Pair> {
    const read = async (cid: CID): Promise<Pair> => {
      const [result] = await Promise.allSettled([this.#read(cid, signal)])
      return { cid, bytes: settled(result) }
    }
    yield* inOrder(source, read, CONCURRENCY)
  }

  async *deleteMany(
    source: Iterable<CID> | AsyncIterable<CID>,
    options: AbortOptions = {},
  ): AsyncGenerator<CID> {
    const remove = async (cid: CID): Promise<CID> => {
      await this.delete(cid, options)
      return cid
    }
    yield* inOrder(source, remove, CONCURRENCY)
  }

  /** Ends in an error rather than short. */
  async *getAll({ signal }: AbortOptions = {}): AsyncGenerator<Pair> {
    const cids = await this.#call('GetFailedError', signal, async (options) => {
      return this.#store.list(options)[Symbol.asyncIterator]()
    })
    try {
      for (;;) {
        const { done, value: cid } = await this.#named('GetFailedError', signal, () => cids.next())
        if (done) return
        yield { cid, bytes: this.get(cid, signal && { signal }) }
      }
    } finally {
      await cids.return?.()
    }
  }

  async #read(cid: CID, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const bytes = await this.#call('GetFailedError', signal, async (options) => {
      return isIdentity(cid) ? cid.multihash.digest : this.#store.get(cid, options)
    })
    if (!bytes) throw notFound(cid)
    return bytes
  }

  #gather(value: Chunks, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return abortable(gather(value, this.#store.traits?.maxBlockBytes), signal)
  }

  async *#gatherEach(
    source: Iterable<InputPair> | AsyncIterable<InputPair>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
    for await (const { cid, bytes } of source) {
      yield { cid, bytes: await this.#named('PutFailedError', signal, () => this.#gather(bytes, signal)) }
    }
  }

  /** A call of the open store. */
  #call<T>(
    name: FailureName,
    signal: AbortSignal | undefined,
    run: (options: OperationOptions) => Promise<T>,
  ): Promise<T> {
    return this.#named(name, signal, async () => {
      await this.#opening.ready(signal)
      return run({ signal })
    })
  }

  async #named<T>(name: FailureName, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw failed(name, error)
    }
  }
}

async function* settled(result: PromiseSettledResult<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (result.status === 'rejected') throw result.reason
  yield result.value
}
