import type { CID } from 'multiformats/cid'
import type { Backend, BackendTraits, Usage } from './backend.ts'
import { type Block, rawCid } from './block.ts'
import { BlockMap } from './block-map.ts'
import { isAborted, type OperationOptions, throwIfAborted } from './block-store.ts'
import { PoolError } from './errors.ts'
import { randomId } from './random.ts'

export interface MemoryOptions {
  /** Puts beyond it are refused with `ERR_FULL`. @default no limit */
  readonly maxBytes?: number | undefined
}

/**
 * Blocks in a Map: the reference backend. Everything is lost with the process, and with `close`.
 *
 * It keeps references, not copies: bytes are read-only by contract. A view that shows less than half of its buffer is
 * copied, so that a small block does not hold a large buffer.
 */
export function memory(options: MemoryOptions = {}): Backend {
  return new MemoryBackend(options.maxBytes ?? Number.POSITIVE_INFINITY)
}

class MemoryBackend implements Backend {
  readonly type = 'memory'
  readonly traits: BackendTraits = {
    durability: 'none',
    concurrency: 100_000,
    lateEffects: false,
    synchronous: true,
  }
  readonly #maxBytes: number
  readonly #blocks = new BlockMap()
  #bytes = 0
  #id = randomId()
  #closed = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  async open(options?: OperationOptions): Promise<void> {
    throwIfAborted(options)
    this.#closed = false
  }

  /** Drops all blocks; what opens again is another, empty store. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#blocks.clear()
    this.#bytes = 0
    this.#id = randomId()
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const refused = this.#refusal(options)
    if (refused) return refused
    return Promise.resolve(this.#blocks.get(cid)?.bytes)
  }

  peek(cid: CID): Uint8Array | undefined {
    return this.#blocks.get(cid)?.bytes
  }

  put(block: Block, options?: OperationOptions): Promise<void> {
    const refused = this.#refusal(options)
    if (refused) return refused
    return this.#keep(block) ? Promise.resolve() : Promise.reject(full(this.#maxBytes))
  }

  tryPut(block: Block): boolean {
    return !this.#closed && this.#keep(block)
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    const refused = this.#refusal(options)
    if (refused) return refused
    return Promise.resolve(this.#blocks.get(cid) !== undefined)
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    const refused = this.#refusal(options)
    if (refused) return refused
    this.#bytes -= this.#blocks.delete(cid)?.bytes.length ?? 0
    return Promise.resolve()
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    await this.#refusal(options)
    for (const block of this.#blocks.values()) {
      await this.#refusal(options)
      yield rawCid(block.cid)
    }
    // Closing empties the Map, which would end the listing short.
    await this.#refusal(options)
  }

  async usage(): Promise<Usage> {
    return { blocks: this.#blocks.size, bytes: this.#bytes, freeBytes: this.#freeBytes() }
  }

  async identity(): Promise<string> {
    return this.#id
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.#refusal(options)
  }

  #freeBytes(): number | undefined {
    return Number.isFinite(this.#maxBytes) ? this.#maxBytes - this.#bytes : undefined
  }

  /** False when there is no room. */
  #keep({ cid, bytes }: Block): boolean {
    if (this.#bytes + bytes.length > this.#maxBytes && !this.#fits(cid, bytes)) return false
    const before = this.#blocks.set({ cid, bytes: compact(bytes) })
    this.#bytes += bytes.length - (before?.bytes.length ?? 0)
    return true
  }

  #fits(cid: CID, bytes: Uint8Array): boolean {
    const before = this.#blocks.get(cid)?.bytes.length ?? 0
    return this.#bytes - before + bytes.length <= this.#maxBytes
  }

  /** A rejection when the store is closed or the call aborted; undefined when the call may go on. */
  #refusal(options: OperationOptions | undefined): Promise<never> | undefined {
    if (this.#closed) return Promise.reject(new PoolError('ERR_CLOSED', 'the memory store is closed'))
    if (isAborted(options)) return Promise.reject(options?.signal?.reason)
    return undefined
  }
}

function compact(bytes: Uint8Array): Uint8Array {
  return bytes.length * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes
}

function full(maxBytes: number): PoolError {
  return new PoolError('ERR_FULL', `the memory store is limited to ${maxBytes} bytes`)
}
