import {
  type Backend,
  type BackendTraits,
  type Block,
  blockName,
  DigestSet,
  type Durability,
  type OperationOptions,
  PoolError,
  rawCid,
} from '@blockpool/core'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { abortable } from './abortable.ts'
import { isAbsence, isEndOfListing, toPoolError } from './failure.ts'
import { gather } from './gather.ts'
import { canList } from './sharding.ts'
import { Turns } from './turns.ts'

/** A js blockstore; `open` and `close` are not in its interface, but those that need them have them. */
export interface ClosableBlockstore extends Blockstore {
  open?(): Promise<void> | void
  close?(): Promise<void> | void
}

export interface FromBlockstoreOptions {
  /** What a resolved put of this blockstore survives. Nothing can be measured, so nothing is assumed. @default 'none' */
  readonly durability?: Durability | undefined
}

/**
 * Any js blockstore (fs, level, idb, S3, …) as a backend.
 *
 * "Missing" is said only of what is missing: `has` is asked for a yes alone, and a no is made sure by `get`. An abort cuts no
 * call off inside the blockstore: a read goes on behind its caller, a put or delete is awaited to its end. Changes of one
 * block take turns.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS`
 */
export function fromBlockstore(blockstore: ClosableBlockstore, options: FromBlockstoreOptions = {}): Backend {
  const { durability = 'none' } = options
  if (!['none', 'process', 'power'].includes(durability)) {
    throw new PoolError('ERR_INVALID_OPTIONS', "durability must be 'none', 'process' or 'power'")
  }
  return new FromBlockstore(blockstore, { durability })
}

class FromBlockstore implements Backend {
  readonly type = 'blockstore'
  readonly traits: BackendTraits
  readonly #blockstore: ClosableBlockstore
  readonly #turns = new Turns()
  readonly #calls = new Set<Promise<unknown>>()
  #open = false
  #lifetime: Promise<unknown> = Promise.resolve()

  constructor(blockstore: ClosableBlockstore, traits: BackendTraits) {
    this.#blockstore = blockstore
    this.traits = traits
  }

  open(options?: OperationOptions): Promise<void> {
    return this.#inTurn(async () => {
      options?.signal?.throwIfAborted()
      if (this.#open) return
      await named('open', undefined, async () => this.#blockstore.open?.())
      this.#open = true
    })
  }

  close(): Promise<void> {
    // From here on calls are refused.
    const wasOpen = this.#open
    this.#open = false
    return this.#inTurn(async () => {
      // An opening that was under way may have ended meanwhile.
      if (!wasOpen && !this.#open) return
      this.#open = false
      await Promise.allSettled(this.#calls)
      await named('close', undefined, async () => this.#blockstore.close?.())
    })
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return abortable(
      this.#call('get', cid, options, () => this.#read(cid, gather)),
      options?.signal,
    )
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    const call = this.#call('has', cid, options, async () => {
      if (await this.#blockstore.has(cid)) return true
      return (await this.#read(cid, isReadable)) ?? false
    })
    return abortable(call, options?.signal)
  }

  put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    return this.#change('put', cid, options, async () => {
      if (!canList(this.#blockstore, cid)) {
        throw new PoolError('ERR_INVALID_CID', 'the blockstore could never be listed again with this block')
      }
      await this.#blockstore.put(cid, bytes)
    })
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#change('delete', cid, options, async () => {
      try {
        await this.#blockstore.delete(cid)
      } catch (error) {
        if (!isAbsence(error)) throw error
      }
    })
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    this.#admit(options)
    const seen = new DigestSet(globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 1)
    try {
      for await (const { cid } of this.#blockstore.getAll(abortOptions(options))) {
        this.#admit(options)
        if (seen.add(cid)) yield rawCid(cid)
      }
    } catch (error) {
      this.#admit(options)
      if (!isEndOfListing(error)) throw toPoolError(error, 'list')
    }
    this.#admit(options)
  }

  /**
   * Undefined for an absent block. What fails after its first chunk was there, whatever the error is called. No signal is
   * passed on: blockstore-fs 4 forgets the file that it was opening when one aborts.
   */
  async #read<T>(
    cid: CID,
    consume: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T | undefined> {
    let begun = false
    const chunks = this.#blockstore.get(cid)
    const watched = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        begun = true
        yield chunk
      }
    }
    try {
      return await consume(watched())
    } catch (error) {
      if (!begun && isAbsence(error)) return undefined
      throw error
    }
  }

  /** The signal is looked at before, and not passed on: what is aborted in the middle may land later. */
  #change(
    verb: string,
    cid: CID,
    options: OperationOptions | undefined,
    change: () => Promise<void>,
  ): Promise<void> {
    return this.#call(verb, cid, options, (name) =>
      this.#turns.run(name, async () => {
        options?.signal?.throwIfAborted()
        await change()
      }),
    )
  }

  /** A call that `close` waits for. */
  async #call<T>(
    verb: string,
    cid: CID,
    options: OperationOptions | undefined,
    run: (name: string) => Promise<T>,
  ): Promise<T> {
    this.#admit(options)
    const call = named(verb, options?.signal, () => run(blockName(cid)))
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }

  #admit(options: OperationOptions | undefined): void {
    if (!this.#open) throw new PoolError('ERR_CLOSED', 'the blockstore is not open')
    options?.signal?.throwIfAborted()
  }

  /** Opening and closing take turns. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#lifetime.then(step)
    this.#lifetime = result.catch(() => {})
    return result
  }
}

/** The block is there if its first chunk is, or if it ends without any. */
async function isReadable(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const _chunk of chunks) break
  return true
}

function abortOptions(options: OperationOptions | undefined): { signal?: AbortSignal } {
  return options?.signal ? { signal: options.signal } : {}
}

async function named<T>(verb: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw toPoolError(error, verb)
  }
}
