import { PoolError, type Usage } from '@blockpool/core'
import { cidOf, type Layout } from './layout.ts'
import type { Requests } from './requests.ts'

/** 1,000 objects each. A pool asks twice a minute, and every page is paid for. */
const MAX_PAGES = 20
/** How long a count stands while this instance writes nothing; others may. */
const COUNT_STANDS_MS = 5 * 60_000
/** How long a store that is too large to be counted is not counted again. */
const TOO_LARGE_STANDS_MS = 60 * 60_000

interface Counted {
  readonly at: number
  readonly writes: number
  /** Undefined: too large. */
  readonly usage: Usage | undefined
}

/** Counts the blocks of a store by listing them, as seldom as it may. */
export class Count {
  readonly #requests: Requests
  readonly #layout: Layout
  readonly #now: () => number
  #writes = 0
  #last: Counted | undefined

  /** @param now Milliseconds from any point in time on. */
  constructor(requests: Requests, layout: Layout, now: () => number = () => performance.now()) {
    this.#requests = requests
    this.#layout = layout
    this.#now = now
  }

  /** A write has ended, whichever way. */
  changed(): void {
    this.#writes++
  }

  /** @throws PoolError `ERR_BACKEND`, not retryable, for a store of more than 20,000 objects. */
  async usage(signal?: AbortSignal): Promise<Usage> {
    if (!this.#stands(this.#last)) {
      const [at, writes] = [this.#now(), this.#writes]
      this.#last = { at, writes, usage: await this.#list(signal) }
    }
    const usage = this.#last?.usage
    if (!usage) throw new PoolError('ERR_BACKEND', `s3: over ${MAX_PAGES * 1_000} objects are not counted`)
    return usage
  }

  #stands(last: Counted | undefined): boolean {
    if (!last) return false
    const age = this.#now() - last.at
    if (!last.usage) return age < TOO_LARGE_STANDS_MS
    return last.writes === this.#writes && age < COUNT_STANDS_MS
  }

  async #list(signal: AbortSignal | undefined): Promise<Usage | undefined> {
    let [blocks, bytes] = [0, 0]
    let after: string | undefined
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const { objects, next } = await this.#requests.page('usage', this.#layout.blocks, after, signal)
      for (const object of objects) {
        if (!cidOf(this.#layout, object.key)) continue
        blocks++
        bytes += object.bytes
      }
      if (next === undefined) return { blocks, bytes }
      after = next
    }
    return undefined
  }
}
