import type { CID } from 'multiformats/cid'
import {
  type Backend,
  type BackendTraits,
  type Block,
  memory,
  type OperationOptions,
  PoolError,
  type PoolErrorCode,
  type PoolErrorInit,
  type Usage,
} from '../../src/index.ts'
import { flush, type ManualClock } from './clock.ts'

export type ScriptedVerb =
  | 'get'
  | 'peek'
  | 'put'
  | 'tryPut'
  | 'has'
  | 'delete'
  | 'list'
  | 'open'
  | 'close'
  | 'ping'
  | 'usage'
  | 'identity'

/** What a backend does with one call, given the call itself. */
export type Behaviour = <T>(run: () => Promise<T>, options?: OperationOptions) => Promise<T>

export interface ScriptedOptions extends Partial<BackendTraits> {
  readonly maxBytes?: number
  /** Verbs that the backend does not have. */
  readonly without?: readonly ('ping' | 'usage' | 'identity')[]
  /** Has the blocks at hand: `peek`, which is in the log as a call. */
  readonly peeks?: boolean
  /** Takes blocks without waiting: `tryPut`, which is in the log as a call. */
  readonly tries?: boolean
  /** Ignores puts of keys that it has, as some drivers do. */
  readonly skipsExisting?: boolean
  /** Waits in `close` for calls in flight, as the contract asks; without it a call that hangs does not matter. */
  readonly closeWaits?: boolean
}

/** A memory backend whose verbs answer as a test says, and which counts its calls. */
export class Scripted implements Backend {
  readonly type = 'scripted'
  readonly traits: BackendTraits
  readonly inner: Backend
  /** Calls that reached the backend, in order. */
  readonly log: ScriptedVerb[] = []
  declare peek?: (cid: CID) => Uint8Array | undefined
  declare tryPut?: (block: Block) => boolean
  declare ping?: (options?: OperationOptions) => Promise<void>
  declare usage?: (options?: OperationOptions) => Promise<Usage>
  declare identity?: (options?: OperationOptions) => Promise<string>
  isOpen = false
  storeId = 'first'
  readonly #once = new Map<ScriptedVerb, Behaviour[]>()
  readonly #always = new Map<ScriptedVerb, Behaviour>()
  readonly #skipsExisting: boolean
  readonly #closeWaits: boolean
  readonly #inFlight = new Set<Promise<unknown>>()

  constructor(options: ScriptedOptions) {
    const {
      maxBytes,
      without = [],
      peeks = false,
      tries = false,
      skipsExisting = false,
      closeWaits = false,
      ...traits
    } = options
    this.traits = { durability: 'none', lateEffects: false, ...traits }
    this.inner = memory({ maxBytes })
    this.#skipsExisting = skipsExisting
    this.#closeWaits = closeWaits
    if (peeks) this.peek = (cid) => this.#peek(cid)
    if (tries) this.tryPut = (block) => this.#tryPut(block)
    if (!without.includes('ping')) this.ping = (options) => this.#run('ping', async () => {}, options)
    if (!without.includes('usage'))
      this.usage = (options) => this.#run('usage', () => this.inner.usage?.() as Promise<Usage>, options)
    if (!without.includes('identity'))
      this.identity = (options) => this.#run('identity', async () => this.storeId, options)
  }

  open(options?: OperationOptions): Promise<void> {
    return this.#run(
      'open',
      async () => {
        this.isOpen = true
      },
      options,
    )
  }

  /** Unlike memory, it keeps its blocks. */
  close(): Promise<void> {
    return this.#run('close', async () => {
      if (this.#closeWaits) await Promise.allSettled(this.#inFlight)
      this.isOpen = false
    })
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#run('get', () => this.inner.get(cid), options)
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#run('has', () => this.inner.has(cid), options)
  }

  put(block: Block, options?: OperationOptions): Promise<void> {
    return this.#run(
      'put',
      async () => {
        if (this.#skipsExisting && (await this.inner.has(block.cid))) return
        await this.inner.put(block)
      },
      options,
    )
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#run('delete', () => this.inner.delete(cid), options)
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    for await (const cid of this.inner.list()) {
      await this.#run('list', async () => {}, options)
      yield cid
    }
    await this.#run('list', async () => {}, options)
  }

  /** From now on every call of the verb behaves so; without a behaviour it is normal again. */
  always(verb: ScriptedVerb, behaviour?: Behaviour): void {
    if (behaviour) this.#always.set(verb, behaviour)
    else this.#always.delete(verb)
  }

  /** The next calls of the verb behave so, one after the other. */
  once(verb: ScriptedVerb, ...behaviours: readonly Behaviour[]): void {
    this.#once.set(verb, [...(this.#once.get(verb) ?? []), ...behaviours])
  }

  /** All verbs but `close` behave so. */
  down(behaviour: Behaviour = fail('ERR_BACKEND', { retryable: true })): void {
    for (const verb of VERBS) this.always(verb, behaviour)
  }

  up(): void {
    for (const verb of VERBS) this.always(verb)
  }

  count(...verbs: readonly ScriptedVerb[]): number {
    return this.log.filter((verb) => verbs.length === 0 || verbs.includes(verb)).length
  }

  /** What is stored, whatever the script says. */
  holds(cid: CID): Promise<boolean> {
    return this.inner.has(cid)
  }

  /** Flips a bit of a stored copy. */
  async corrupt(cid: CID): Promise<void> {
    const bytes = (await this.inner.get(cid)) as Uint8Array
    await this.inner.put({ cid, bytes: flipped(bytes) })
  }

  #peek(cid: CID): Uint8Array | undefined {
    this.log.push('peek')
    return this.inner.peek?.(cid)
  }

  #tryPut(block: Block): boolean {
    this.log.push('tryPut')
    return this.inner.tryPut?.(block) ?? false
  }

  #run<T>(verb: ScriptedVerb, run: () => Promise<T>, options?: OperationOptions): Promise<T> {
    this.log.push(verb)
    const behaviour = this.#once.get(verb)?.shift() ?? this.#always.get(verb)
    const call = behaviour ? behaviour(run, options) : run()
    if (this.#closeWaits && verb !== 'close') {
      this.#inFlight.add(call)
      call.then(
        () => this.#inFlight.delete(call),
        () => this.#inFlight.delete(call),
      )
    }
    return call
  }
}

const VERBS = ['get', 'put', 'has', 'delete', 'list', 'ping', 'usage', 'identity', 'open'] as const

export function scripted(options: ScriptedOptions = {}): Scripted {
  return new Scripted(options)
}

/** Rejects without an effect. */
export function fail(code: PoolErrorCode = 'ERR_BACKEND', init: PoolErrorInit = {}): Behaviour {
  return () => Promise.reject(new PoolError(code, `scripted ${code}`, init))
}

/** Takes effect and rejects. */
export function failAfter(code: PoolErrorCode = 'ERR_BACKEND', init: PoolErrorInit = {}): Behaviour {
  return async (run) => {
    await run()
    throw new PoolError(code, `scripted ${code}`, init)
  }
}

/** Never answers. */
export const hang: Behaviour = () => new Promise(() => {})

/** Rejects when the call is aborted, without an effect. */
export const untilAborted: Behaviour = (_run, options) =>
  new Promise((_resolve, reject) => {
    options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true })
  })

/** Answers after a while on the clock; takes effect before the wait, or after it. */
export function slow(clock: ManualClock, ms: number, effectFirst: boolean): Behaviour {
  return async (run) => {
    if (!effectFirst) await new Promise<void>((resolve) => clock.schedule(ms, resolve))
    const result = await run()
    if (effectFirst) await new Promise<void>((resolve) => clock.schedule(ms, resolve))
    return result
  }
}

/** Returns bytes with a flipped bit; the stored copy stays good. */
export const corruptAnswer: Behaviour = async <T>(run: () => Promise<T>) => {
  const bytes = await run()
  return (bytes instanceof Uint8Array ? flipped(bytes) : bytes) as T
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1
  return copy
}

/** Holds calls until the test lets them go. */
export class Gate {
  #open: () => void = () => {}
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve
  })

  /** Takes effect, and answers, when the gate opens. */
  readonly before: Behaviour = async (run) => {
    await this.#opened
    return run()
  }

  /** Takes effect at once, and answers when the gate opens. */
  readonly after: Behaviour = async (run) => {
    const result = await run()
    await this.#opened
    return result
  }

  /** Rejects when the gate opens, without an effect. */
  failing(code: PoolErrorCode = 'ERR_BACKEND', init: PoolErrorInit = {}): Behaviour {
    return async () => {
      await this.#opened
      throw new PoolError(code, `scripted ${code}`, init)
    }
  }

  /** Opens, and lets everything that follows from it happen. */
  async open(): Promise<void> {
    this.#open()
    await flush()
  }
}
