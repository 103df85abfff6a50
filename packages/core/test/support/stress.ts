import type { Block, StoragePool } from '../../src/index.ts'
import { block, same } from './blocks.ts'
import type { ManualClock } from './clock.ts'
import { History } from './history.ts'
import { type Behaviour, corruptAnswer, fail, failAfter, type Scripted, slow } from './scripted.ts'

export type Draw = (below: number) => number

export interface StressOptions {
  readonly pool: StoragePool
  readonly clock: ManualClock
  readonly on: Readonly<Record<string, Scripted>>
  readonly draw: Draw
  readonly blocks: number
  readonly timeoutMs: number
}

/** Makes a backend fail, dawdle and answer after its deadline, at random; one in three calls has trouble. */
export function trouble(
  backend: Scripted,
  { clock, draw, timeoutMs }: StressOptions,
  corrupts: boolean,
): void {
  for (const verb of ['get', 'put', 'has', 'delete', 'list', 'ping', 'identity', 'usage'] as const) {
    const changes = verb === 'put' || verb === 'delete'
    backend.always(verb, (run, options) => {
      const behaviours: readonly (Behaviour | undefined)[] = [
        fail('ERR_BACKEND', { retryable: true }),
        changes ? failAfter() : fail(),
        verb === 'put' ? fail('ERR_FULL') : undefined,
        slow(clock, draw(timeoutMs / 2), true),
        slow(clock, draw(timeoutMs / 2), false),
        slow(clock, draw(3 * timeoutMs), draw(2) === 0),
        draw(5) === 0 ? slow(clock, 10 * timeoutMs, draw(2) === 0) : undefined,
        corrupts ? corruptAnswer : undefined,
      ]
      return behaviours[draw(24)]?.(run, options) ?? run()
    })
  }
}

/** Operations at random, some of them aborted, and what of their answers cannot be true. */
export class Stress {
  readonly violations: string[] = []
  readonly #options: StressOptions
  readonly #histories: readonly History[]
  readonly #under = new Set<Promise<unknown>>()
  /** The backend that is detached, and whether it is on its way out or in. */
  #away: string | undefined
  #moving = false

  constructor(options: StressOptions) {
    this.#options = options
    this.#histories = Array.from({ length: options.blocks }, () => new History())
  }

  history(n: number): History {
    return this.#histories[n] as History
  }

  /** Starts one operation. */
  step(): void {
    const { pool, clock, draw, blocks, timeoutMs } = this.#options
    const n = draw(blocks)
    const one = block(n)
    const controller = new AbortController()
    const options = draw(5) === 0 ? { signal: controller.signal } : {}
    clock.schedule(draw(2 * timeoutMs), () => controller.abort())
    const verbs = {
      put: () => this.#change(n, 'put', () => pool.put(one, options)),
      delete: () => this.#change(n, 'delete', () => pool.delete(one.cid, options)),
      get: () => this.#read(n, 'get', async () => this.#matches(one, await pool.get(one.cid, options))),
      has: () => this.#read(n, 'has', () => pool.has(one.cid, options)),
      list: () => this.list(options),
      operate: () => this.#operate(options),
    }
    const kind = (['put', 'put', 'put', 'delete', 'get', 'get', 'get', 'has', 'has', 'list'] as const)[
      draw(10)
    ]
    this.#start(verbs[draw(25) === 0 ? 'operate' : (kind ?? 'get')])
  }

  /** Resolves when all operations have ended, however they did. */
  async ended(): Promise<void> {
    await Promise.all(this.#under)
  }

  /** Brings back what is detached. */
  async restore(): Promise<void> {
    if (this.#away !== undefined) await this.#attach(this.#away)
  }

  /** Lists the pool: each block once, all that are there throughout, and none that is absent throughout. */
  async list(options: { signal?: AbortSignal } = {}): Promise<void> {
    const before = this.#histories.map(({ certain, mark }) => ({ certain, mark }))
    const found = new Map<string, number>()
    for await (const cid of this.#options.pool.list(options)) {
      found.set(cid.toString(), (found.get(cid.toString()) ?? 0) + 1)
    }
    for (const [n, { certain, mark }] of before.entries()) {
      const count = found.get(block(n).cid.toString()) ?? 0
      if (count > 1) this.violations.push(`list: block ${n} ${count} times`)
      if (mark !== this.history(n).mark || certain === undefined) continue
      if (count > 0 !== (certain === 'present'))
        this.violations.push(`list of block ${n}: ${count}, but ${certain}`)
    }
  }

  #start(operation: () => Promise<unknown>): void {
    const running = operation().catch(() => {})
    this.#under.add(running)
    void running.finally(() => this.#under.delete(running))
  }

  async #change(n: number, kind: 'put' | 'delete', change: () => Promise<void>): Promise<void> {
    const end = this.history(n).begin(kind)
    await change().then(
      () => end(true),
      () => end(false),
    )
  }

  /** What was certain before the read, and no change was called since, must be what it says. */
  async #read(n: number, verb: string, read: () => Promise<boolean>): Promise<void> {
    const history = this.history(n)
    const { certain, mark } = history
    const found = await read()
    if (mark !== history.mark || certain === undefined) return
    if (found !== (certain === 'present'))
      this.violations.push(`${verb} of block ${n}: ${found}, but ${certain}`)
  }

  #matches({ bytes }: Block, found: Uint8Array | undefined): boolean {
    if (found && !same(found, bytes)) this.violations.push('bytes that do not match')
    return found !== undefined
  }

  /** What an operator does: a backend goes out of service and back, or is drained, detached and attached again. */
  async #operate(options: { signal?: AbortSignal }): Promise<void> {
    const { pool, draw, on } = this.#options
    const ids = Object.keys(on)
    const id = ids[draw(ids.length)] as string
    if (draw(2) === 0 && id !== this.#away) pool.setHealth(id, draw(3) > 0)
    else if (!this.#moving) {
      this.#moving = true
      const moved = this.#away === undefined ? this.#detach(id, options) : this.#attach(this.#away)
      await moved.finally(() => {
        this.#moving = false
      })
    }
  }

  async #detach(id: string, options: { signal?: AbortSignal }): Promise<void> {
    await this.#options.pool.remove(id, options)
    this.#away = id
  }

  async #attach(id: string): Promise<void> {
    const { pool, on, timeoutMs } = this.#options
    const backend = on[id] as Scripted
    // A put that was given up may have landed when the drain was over.
    for await (const cid of backend.inner.list()) await backend.inner.delete(cid)
    await pool.add(id, { backend, timeoutMs, concurrency: 4 })
    this.#away = undefined
  }
}
