import { type Backend, PoolError } from '@blockpool/core'
import { abortable } from './abortable.ts'

/** Opens a store when it is first used, since Helia calls neither `open` nor `close`. A failed opening is tried again. */
export class Opening {
  readonly #store: Partial<Pick<Backend, 'close' | 'open'>>
  #state: 'new' | 'open' | 'closed' = 'new'
  #opening: Promise<void> | undefined

  constructor(store: Partial<Pick<Backend, 'close' | 'open'>>) {
    this.#store = store
  }

  /**
   * Resolves when the store is open.
   * @throws PoolError `ERR_CLOSED` after `close`; what the store's `open` rejects with; the signal's reason.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#state === 'open') return
    if (this.#state === 'closed') throw new PoolError('ERR_CLOSED', 'the blockstore is closed')
    await abortable(this.open(), signal)
  }

  /** Also after `close`. Callers share one opening, which no signal of one of them ends. */
  open(): Promise<void> {
    if (this.#state === 'open') return Promise.resolve()
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    await this.#opening?.catch(() => {})
    this.#state = 'closed'
    await this.#store.close?.()
  }

  async #open(): Promise<void> {
    await this.#store.open?.()
    this.#state = 'open'
  }
}
