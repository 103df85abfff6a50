import {
  type Backend,
  type BackendTraits,
  type Block,
  type OperationOptions,
  PoolError,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { indexOf, simulatedBlock } from './blocks.ts'
import { drawLatency, planCall } from './call-faults.ts'
import type { Disk, Surroundings } from './disk.ts'
import { effect } from './effect.ts'
import { Flight, type FlightPlan, type Verb } from './flight.ts'

/** A call that meets no fault. */
const SMOOTH: FlightPlan = {}

/** A driver over a disk, for one life of a pool. Every call goes through the faults that are armed on the disk. */
export class SimulatedBackend implements Backend {
  readonly type = 'simulated'
  readonly traits: BackendTraits
  readonly usage?: () => Promise<Usage>
  readonly identity?: (options?: OperationOptions) => Promise<string>
  readonly peek?: (cid: CID) => Uint8Array | undefined
  readonly tryPut?: (block: Block) => boolean
  readonly #disk: Disk
  readonly #surroundings: Surroundings
  #open = false
  #dead = false
  /** Calls that hang until they are given up. */
  readonly #hanging = new Set<Flight>()

  constructor(disk: Disk, surroundings: Surroundings) {
    this.#disk = disk
    this.#surroundings = surroundings
    const { durability, lateEffects, latencyMs, identity, usage } = disk.plan
    // What lasts no longer than its process and answers at once is memory.
    const isMemory = durability === 'none' && latencyMs === 0 && !disk.inner
    this.traits = { durability, concurrency: 64, lateEffects, synchronous: isMemory }
    if (identity) this.identity = (options) => this.#call('identity', -1, options) as Promise<string>
    if (isMemory) {
      this.peek = (cid) => this.#peek(cid)
      this.tryPut = (block) => this.#tryPut(block)
    }
    if (usage) this.usage = () => this.#call('usage', -1, undefined) as Promise<Usage>
  }

  async readNote(options?: OperationOptions): Promise<string | undefined> {
    return (await this.#call('read note', -1, options)) as string | undefined
  }

  async writeNote(note: string, options?: OperationOptions): Promise<void> {
    await this.#call('write note', -1, options, note)
  }

  /** The process dies: calls that it still makes go nowhere. */
  kill(): void {
    this.#dead = true
    for (const flight of this.#hanging) flight.cut(this.#disk.random)
  }

  async open(options?: OperationOptions): Promise<void> {
    this.#open = true
    try {
      await this.#call('open', -1, options)
    } catch (error) {
      this.#open = false
      throw error
    }
  }

  async close(): Promise<void> {
    if (!this.#open || this.#dead) return
    this.#open = false
    for (const flight of [...this.#disk.flights]) flight.close(this.#disk.random)
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.#call('ping', -1, options)
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#call('get', indexOf(cid) ?? -1, options) as Promise<Uint8Array | undefined>
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#call('has', indexOf(cid) ?? -1, options) as Promise<boolean>
  }

  put(block: Block, options?: OperationOptions): Promise<void> {
    return this.#call('put', indexOf(block.cid) ?? -1, options) as Promise<void>
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#call('delete', indexOf(cid) ?? -1, options) as Promise<void>
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    await this.#call('list', -1, options)
    let listed = 0
    for (const index of await this.#indices()) {
      if (++listed % 8 === 0) await this.#call('list', -1, options)
      if (this.#disk.has(index)) yield simulatedBlock(index).cid
    }
  }

  /** Those of the backend under test, if there is one, and of copies that only look like one. */
  async #indices(): Promise<readonly number[]> {
    const held = [...this.#disk.held.keys()]
    if (!this.#disk.inner || !this.#disk.mounted) return held
    const listed = await this.#disk.inner.use(async (backend) => {
      const indices: number[] = []
      for await (const cid of backend.list()) indices.push(indexOf(cid) ?? -1)
      return indices
    })
    return [...listed, ...held.filter((index) => this.#disk.isDamaged(index) && !listed.includes(index))]
  }

  /** Faults meet calls; what they have done to a copy is seen here, too. */
  #peek(cid: CID): Uint8Array | undefined {
    const index = indexOf(cid) ?? -1
    if (this.#dead || !this.#open || this.#disk.armed.length > 0) return undefined
    this.#surroundings.trace.add(this.#surroundings.clock.now(), 'peek', this.#disk.plan.id, index)
    return effect(this.#disk, this.#surroundings, 'get', index, SMOOTH) as Uint8Array | undefined
  }

  #tryPut({ cid }: Block): boolean {
    const index = indexOf(cid) ?? -1
    if (this.#dead || !this.#open || this.#disk.armed.length > 0) return false
    this.#surroundings.trace.add(this.#surroundings.clock.now(), 'try put', this.#disk.plan.id, index)
    try {
      effect(this.#disk, this.#surroundings, 'put', index, SMOOTH)
      return true
    } catch {
      return false
    }
  }

  #call(verb: Verb, index: number, options: OperationOptions | undefined, note?: string): Promise<unknown> {
    const { trace, clock } = this.#surroundings
    const { id, latencyMs } = this.#disk.plan
    if (this.#dead) return new Promise(() => {})
    trace.add(clock.now(), verb, id, index)
    if (!this.#open) return Promise.reject(new PoolError('ERR_CLOSED', 'the simulated backend is closed'))
    const plan = planCall(this.#disk, this.#surroundings, verb)
    if (!plan && latencyMs === 0) return this.#atOnce(verb, index, note === undefined ? SMOOTH : { note })
    const way = plan ?? this.#smooth()
    return this.#inFlight(verb, index, note === undefined ? way : { ...way, note }, plan && options)
  }

  #atOnce(verb: Verb, index: number, plan: FlightPlan): Promise<unknown> {
    try {
      return Promise.resolve(effect(this.#disk, this.#surroundings, verb, index, plan))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The signal is made when it is asked for, so it is not asked for in vain. */
  #inFlight(
    verb: Verb,
    index: number,
    plan: FlightPlan,
    options: OperationOptions | undefined,
  ): Promise<unknown> {
    const { onAbort = 'nothing' } = plan
    const flight = new Flight(this.#disk, this.#surroundings, verb, index, plan)
    if (onAbort === 'late') this.#hanging.add(flight)
    return flight.start(onAbort === 'nothing' ? undefined : options?.signal)
  }

  #smooth(): FlightPlan {
    const replyMs = drawLatency(this.#disk)
    return { effectMs: this.#disk.random.between(0, replyMs), replyMs }
  }
}
