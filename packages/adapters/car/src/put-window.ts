import { type BlockStore, errorCode, isIdentity, type OperationOptions } from '@blockpool/core'
import { CarError, type Imported } from './errors.ts'
import type { CarBlock } from './read.ts'
import { mismatch } from './verify.ts'

export interface PutWindowOptions {
  /** Puts in flight at most. */
  readonly concurrency: number
  /** Bytes of blocks in flight at most; a block that is larger alone goes alone. */
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
  readonly onPut: ((done: Imported) => void) | undefined
  /** Called for the first put that fails: what feeds the window has nothing to wait for any more. */
  readonly onFailure: () => void
}

/** Puts blocks side by side, within bounds of count and bytes, and counts those that the store has acknowledged. */
export class PutWindow {
  readonly #store: Pick<BlockStore, 'put'>
  readonly #options: PutWindowOptions
  readonly #putOptions: OperationOptions
  #puts = 0
  #bytes = 0
  readonly #done = { blocks: 0, bytes: 0 }
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(store: Pick<BlockStore, 'put'>, options: PutWindowOptions) {
    this.#store = store
    this.#options = options
    this.#putOptions = { signal: options.signal }
  }

  get done(): Imported {
    return { ...this.#done }
  }

  /** What the first put to fail failed with. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** A put of the block may begin at once. */
  fits({ bytes }: CarBlock): boolean {
    const { concurrency, maxBytes } = this.#options
    return this.#puts === 0 || (this.#puts < concurrency && this.#bytes + bytes.length <= maxBytes)
  }

  /** Resolves when the block fits, or a put has failed. */
  async room(block: CarBlock): Promise<void> {
    while (!this.#failure && !this.fits(block)) await this.#change()
  }

  /** Begins the put of a block that fits. @throws what an earlier put failed with. */
  put(block: CarBlock): void {
    this.#throwFailure()
    // The bytes are in the CID: there is nothing to store.
    if (isIdentity(block.cid)) return
    this.#puts += 1
    this.#bytes += block.bytes.length
    void this.#run(block)
  }

  /** Resolves when no put is in flight, however they ended. */
  async settled(): Promise<void> {
    while (this.#puts > 0) await this.#change()
  }

  /** Resolves when every put was acknowledged. @throws what the first one to fail failed with. */
  async finished(): Promise<void> {
    await this.settled()
    this.#throwFailure()
  }

  async #run(block: CarBlock): Promise<void> {
    const { cid, bytes } = block
    try {
      await this.#store.put({ cid, bytes }, this.#putOptions)
      this.#done.blocks += 1
      this.#done.bytes += bytes.length
    } catch (error) {
      this.#fail(this.#refusal(block, error))
    }
    this.#puts -= 1
    this.#bytes -= bytes.length
    this.#tell()
    this.#wake?.()
  }

  #tell(): void {
    const { onPut } = this.#options
    if (this.#failure || !onPut) return
    try {
      onPut(this.done)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return
    this.#failure = { error }
    this.#options.onFailure()
  }

  #refusal(block: CarBlock, cause: unknown): unknown {
    const { cid, offset } = block
    if (this.#options.signal?.aborted) return this.#options.signal.reason
    if (errorCode(cause) === 'ERR_HASH_MISMATCH') return mismatch(block, offset, cause)
    const message = `the store refused the block ${cid} (at byte ${offset})`
    return new CarError('ERR_CAR_REFUSED', message, { offset, cid, cause })
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
