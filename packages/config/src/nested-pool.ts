import {
  type Backend,
  type BackendTraits,
  type Block,
  createPool,
  type OperationOptions,
  PoolError,
  type PoolOptions,
  type StoragePool,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/**
 * A pool as a backend that opens when the pool around it does: so one inner pool that cannot open is a backend that is
 * down, not an outer pool that cannot be made.
 */
export function nestedPool(options: PoolOptions): Backend {
  return new NestedPool(options)
}

class NestedPool implements Backend {
  readonly type = 'pool'
  readonly #options: PoolOptions
  #opening: Promise<void> | undefined
  #pool: StoragePool | undefined

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get traits(): BackendTraits {
    return this.#pool?.traits ?? { durability: 'none' }
  }

  async open(options?: OperationOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    if (this.#pool !== undefined) return
    this.#opening ??= createPool(this.#options)
      .then((pool) => {
        this.#pool = pool
      })
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {})
    const pool = this.#pool
    this.#pool = undefined
    await pool?.close()
  }

  async get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#open.get(cid, options)
  }

  async put(block: Block, options?: OperationOptions): Promise<void> {
    return this.#open.put(block, options)
  }

  async has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#open.has(cid, options)
  }

  async delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#open.delete(cid, options)
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    yield* this.#open.list(options)
  }

  async ping(options?: OperationOptions): Promise<void> {
    return this.#open.ping(options)
  }

  async usage(): Promise<Usage> {
    return this.#open.usage()
  }

  get #open(): StoragePool {
    if (this.#pool === undefined) throw new PoolError('ERR_CLOSED', 'the nested pool is closed')
    return this.#pool
  }
}
