import { PoolError } from '@blockpool/core'
import { simulatedBlock } from './blocks.ts'
import type { Disk, Surroundings } from './disk.ts'
import { effect } from './effect.ts'
import type { Random } from './random.ts'

export type Verb =
  | 'get'
  | 'has'
  | 'put'
  | 'delete'
  | 'list'
  | 'open'
  | 'ping'
  | 'usage'
  | 'identity'
  | 'read note'
  | 'write note'

/** How one call of a backend will go. Times in milliseconds from its start. */
export interface FlightPlan {
  /** When it has its effect; undefined: never, or only when healed if it hangs. */
  readonly effectMs?: number | undefined
  /** When its promise settles; undefined: not before it is aborted, or the disk is healed. */
  readonly replyMs?: number | undefined
  /** It rejects with this. */
  readonly error?: unknown
  /** What an abort does: nothing, end it without further effect, or end it while the effect is on its way. */
  readonly onAbort?: 'nothing' | 'ends' | 'late'
  /** What is to be noted. */
  readonly note?: string | undefined
  readonly alter?: 'bit flip' | 'truncation' | 'torn write' | 'acknowledged and lost' | undefined
}

/** One call of a backend that is under way, or whose effect is. */
export class Flight {
  readonly verb: Verb
  readonly index: number
  readonly promise: Promise<unknown>
  readonly #disk: Disk
  readonly #surroundings: Surroundings
  readonly #plan: FlightPlan
  readonly #cancels: (() => void)[] = []
  #resolve: (value: unknown) => void = () => {}
  #reject: (reason: unknown) => void = () => {}
  #value: unknown
  #failed: { readonly error: unknown } | undefined
  #landed = false
  #settled = false

  constructor(disk: Disk, surroundings: Surroundings, verb: Verb, index: number, plan: FlightPlan) {
    this.#disk = disk
    this.#surroundings = surroundings
    this.verb = verb
    this.index = index
    this.#plan = plan
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    disk.flights.add(this)
  }

  start(signal: AbortSignal | undefined): Promise<unknown> {
    const { effectMs, replyMs, onAbort = 'nothing' } = this.#plan
    if (effectMs !== undefined && effectMs !== replyMs) {
      this.#in(effectMs, () => {
        this.#land()
        if (this.#settled) this.#end()
      })
    }
    if (replyMs !== undefined) {
      this.#in(replyMs, () => {
        if (effectMs === replyMs) this.#land()
        this.#reply()
      })
    }
    if (onAbort !== 'nothing' && signal) {
      if (signal.aborted) this.#aborted(signal.reason)
      else signal.addEventListener('abort', () => this.#aborted(signal.reason), { once: true })
    }
    return this.promise
  }

  /** The process is gone: nobody is told, and the effect has happened or never will. */
  crash(random: Random, tears: boolean): void {
    this.#settled = true
    if (!this.#landed && this.#writes && random.chance(0.5)) {
      const { bytes } = simulatedBlock(this.index)
      if (!tears || this.verb !== 'put' || random.chance(0.5)) this.#land()
      else if (this.#disk.tear(this.index, bytes)) this.#surroundings.lost(this.index, this.#disk.index)
    }
    this.#end()
  }

  /** Its process has died, and its connection with it: what hangs has its effect soon, or never. */
  cut(random: Random): void {
    if (this.#plan.effectMs !== undefined) return
    this.#settled = true
    if (this.#landed || !this.#writes || random.chance(0.5)) {
      this.#end()
      return
    }
    this.#in(random.below(this.#disk.plan.settings.timeoutMs), () => {
      this.#land()
      this.#end()
    })
  }

  /** The backend closes: nothing happens any more behind its back. */
  close(random: Random): void {
    if (!this.#landed && this.#writes && !this.#plan.error && random.chance(0.5)) this.#land()
    this.#landed = true
    this.#settle(new PoolError('ERR_CLOSED', 'the simulated backend is closed'))
    this.#end()
  }

  /** Whatever kept it is over. */
  heal(): void {
    if (this.#plan.replyMs !== undefined || this.#settled) return
    this.#land()
    this.#reply()
  }

  #in(ms: number, task: () => void): void {
    this.#cancels.push(this.#surroundings.clock.schedule(ms, task))
  }

  #aborted(reason: unknown): void {
    if (this.#settled) return
    if (this.#plan.onAbort === 'late' && !this.#landed) {
      // Within timeoutMs after the connection was cut, as core allows for.
      const withinMs = this.#disk.plan.settings.timeoutMs
      this.#in(this.#disk.random.below(withinMs), () => {
        this.#surroundings.fired['effect after the timeout']++
        this.#land()
        this.#end()
      })
      this.#settle(reason)
      return
    }
    this.#settle(reason)
    this.#end()
  }

  get #writes(): boolean {
    return this.verb === 'put' || this.verb === 'delete'
  }

  #land(): void {
    if (this.#landed) return
    this.#landed = true
    this.#surroundings.trace.add(
      this.#surroundings.clock.now(),
      EFFECTS[this.verb],
      this.#disk.plan.id,
      this.index,
    )
    try {
      this.#value = effect(this.#disk, this.#surroundings, this.verb, this.index, this.#plan)
    } catch (error) {
      this.#failed = { error }
    }
  }

  #reply(): void {
    const { error } = this.#plan
    this.#settle(error ?? this.#failed?.error)
    if (this.#landed || this.#plan.effectMs === undefined || !this.#writes) this.#end()
  }

  #settle(error: unknown): void {
    if (this.#settled) return
    this.#settled = true
    if (error === undefined) this.#resolve(this.#value)
    else {
      // The value may be the promise of a backend under test.
      if (this.#value instanceof Promise) this.#value.catch(() => {})
      this.#reject(error)
    }
  }

  #end(): void {
    this.#disk.flights.delete(this)
    for (const cancel of this.#cancels) cancel()
  }
}

const EFFECTS: Readonly<Record<Verb, string>> = {
  get: 'read',
  has: 'looked up',
  put: 'wrote',
  delete: 'deleted',
  list: 'listed',
  open: 'opened',
  ping: 'pinged',
  usage: 'measured',
  identity: 'identified',
  'read note': 'read note',
  'write note': 'wrote note',
}
