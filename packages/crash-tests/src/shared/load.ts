import { setTimeout as sleep } from 'node:timers/promises'
import type { BlockStore } from '@blockpool/core'
import { numberedBlock, sameBytes } from './blocks.ts'

const CALLERS = 8
/** Readers of the last look at everything. */
const READERS = 32
/** Blocks from here on are never put. */
const NEVER_PUT = 1_000_000_000

export interface Failure {
  readonly kind: 'read' | 'write'
  readonly detail: string
}

export interface LoadOptions {
  /** Pause of each caller after a round. Milliseconds. @default 0 */
  readonly pauseMs?: number | undefined
  /** The largest block. @default 65_536 */
  readonly maxBytes?: number | undefined
}

/** Eight callers that put a new block, read it and an older one, and ask for it and for one that nobody has. */
export class Load {
  readonly failures: Failure[] = []
  /** Numbers of the blocks whose put was acknowledged. */
  readonly acknowledged: number[] = []
  readonly #store: BlockStore
  readonly #options: LoadOptions
  #next = 0
  #reads = 0

  constructor(store: BlockStore, options: LoadOptions = {}) {
    this.#store = store
    this.#options = options
  }

  /** Puts that were begun. */
  get writes(): number {
    return this.#next
  }

  /** Questions that were asked: `get` and `has`. */
  get reads(): number {
    return this.#reads
  }

  failed(kind: Failure['kind']): number {
    return this.failures.filter((failure) => failure.kind === kind).length
  }

  /** Each caller makes so many rounds. */
  rounds(count: number): Promise<void> {
    return this.#run((round) => round < count)
  }

  /** Goes on until the work has ended, and ends as it does. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let working = true
    const callers = this.#run(() => working)
    try {
      return await work()
    } finally {
      working = false
      await callers
    }
  }

  /** Acknowledged blocks that cannot be read now. */
  async unreadable(): Promise<readonly number[]> {
    const lost: number[] = []
    const rest = this.acknowledged.values()
    const reader = async (): Promise<void> => {
      for (const n of rest) if ((await this.#isWhole(n).catch(() => false)) !== true) lost.push(n)
    }
    await Promise.all(Array.from({ length: READERS }, reader))
    return lost
  }

  async #run(goesOn: (round: number) => boolean): Promise<void> {
    const { pauseMs = 0 } = this.#options
    const caller = async (): Promise<void> => {
      for (let round = 0; goesOn(round); round++) {
        await this.#round(this.#next++)
        if (pauseMs > 0) await sleep(pauseMs)
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, caller))
  }

  async #round(n: number): Promise<void> {
    const block = this.#block(n)
    if (await this.#expect('write', `put ${n}`, () => this.#store.put(block), undefined)) {
      this.acknowledged.push(n)
      await this.#read(`get ${n}`, () => this.#isWhole(n), true)
      await this.#read(`has ${n}`, () => this.#store.has(block.cid), true)
    }
    const older = this.acknowledged[this.acknowledged.length >> 1]
    if (older !== undefined) await this.#read(`get ${older}`, () => this.#isWhole(older), true)
    const nobodys = this.#block(NEVER_PUT + n)
    await this.#read('has of no block', () => this.#store.has(nobodys.cid), false)
  }

  #read(what: string, ask: () => Promise<boolean>, expected: boolean): Promise<boolean> {
    this.#reads++
    return this.#expect('read', what, ask, expected)
  }

  async #expect(
    kind: Failure['kind'],
    what: string,
    ask: () => Promise<unknown>,
    expected: unknown,
  ): Promise<boolean> {
    const answer = await ask().catch((error: unknown) => error)
    if (answer === expected) return true
    this.failures.push({ kind, detail: `${what}: ${String(answer)}` })
    return false
  }

  async #isWhole(n: number): Promise<boolean> {
    const { cid, bytes } = this.#block(n)
    const found = await this.#store.get(cid)
    return found !== undefined && sameBytes(found, bytes)
  }

  #block(n: number): ReturnType<typeof numberedBlock> {
    return numberedBlock(n, this.#options.maxBytes)
  }
}
