import type { CID } from 'multiformats/cid'
import type { Backend, BackendSettings, BackendTraits } from '../backend.ts'
import type { Block } from '../block.ts'
import type { OperationOptions } from '../block-store.ts'
import type { Clock } from '../clock.ts'
import { type Outcome, PoolError } from '../errors.ts'
import type { UnhealthyReason } from '../events.ts'
import type { Hashes } from '../hash.ts'
import { type ResolvedSettings, resolveSettings } from '../options.ts'
import type { Standing } from '../plan/eligibility.ts'
import { SmoothedLatency } from '../plan/latency.ts'
import type { CallCounts } from '../stats.ts'
import type { Candidate } from '../strategy.ts'
import { Call, type CallOwner, type Verb } from './call.ts'
import type { Sweeper } from './sweeper.ts'

/** What all members of a pool share. */
export interface MemberServices {
  readonly clock: Clock
  readonly sweeper: Sweeper
  /** Undefined when reads are not verified. */
  readonly hashes: Hashes | undefined
  /** Median of the latencies measured so far, in milliseconds. */
  typicalLatencyMs(direction: 'read' | 'write'): number
}

/** One call in this many is timed once enough have been: reading the clock costs a tenth of a get from memory. */
const TIMED_EVERY = 16
const TIMED_FIRST = 32
/** Calls and bytes that may wait for a free place in one backend. */
const MAX_QUEUED_CALLS = 100_000
const MAX_QUEUED_BYTES = 64 * 1024 * 1024

/**
 * One backend of a pool: its calls are timed, counted, limited and verified. It is also the live candidate that
 * strategies see.
 */
export class Member implements Candidate, Standing {
  readonly id: string
  readonly type: string
  readonly backend: Backend
  /** Its number in location hints; never used again. */
  readonly location: number
  readonly #services: MemberServices
  readonly #queue: Call[] = []
  #given: BackendSettings = {}
  readonly readLatency: SmoothedLatency = new SmoothedLatency()
  readonly writeLatency: SmoothedLatency = new SmoothedLatency()
  readonly counts: { -readonly [K in keyof CallCounts]: number } = noCounts()
  #queuedBytes = 0
  #calls = 0

  // Settings stand on the member itself, because strategies read them for every request.
  declare readonly read: boolean
  declare readonly write: boolean
  declare readonly priority: number
  declare readonly weight: number
  declare readonly capacityBytes: number | undefined
  declare readonly sizeThresholdBytes: number
  declare readonly zone: string
  declare readonly costPerGb: number
  declare readonly costPerMillionReads: number
  declare readonly costPerMillionWrites: number
  declare readonly costPerGbEgress: number
  declare readonly concurrency: number
  declare readonly timeoutMs: number

  /** Undefined while healthy. */
  unhealthyReason: UnhealthyReason | undefined = 'not open'
  draining = false
  usedBytes = 0
  blocks = 0
  freeBytes: number | undefined
  reservedBytes = 0
  inFlight = 0
  lastHealthCheck: number | undefined
  /** The store's id when it was opened; undefined when it has none. */
  storeId: string | undefined
  /** When the store's id was last seen to be the same, in the clock's milliseconds. */
  storeSeenAt: number = Number.NEGATIVE_INFINITY

  constructor(
    id: string,
    backend: Backend,
    settings: BackendSettings,
    location: number,
    services: MemberServices,
  ) {
    this.id = id
    this.type = backend.type
    this.backend = backend
    this.location = location
    this.#services = services
    this.configure(settings)
  }

  get traits(): BackendTraits {
    return this.backend.traits
  }
  /** For messages: the id and the driver. */
  get label(): string {
    return `backend '${this.id}' (${this.type})`
  }
  get lateEffects(): boolean {
    return this.traits.lateEffects ?? true
  }
  get readLatencyMs(): number {
    return this.readLatency.ms ?? this.#services.typicalLatencyMs('read')
  }
  get writeLatencyMs(): number {
    return this.writeLatency.ms ?? this.#services.typicalLatencyMs('write')
  }

  /** Changes the settings that are given; the others stay. */
  configure(settings: BackendSettings): void {
    this.#given = { ...this.#given, ...settings }
    Object.assign(this, resolveSettings(this.id, this.#given, this.backend))
  }

  /** The settings with their values. */
  get settings(): ResolvedSettings {
    return resolveSettings(this.id, this.#given, this.backend)
  }

  /** Calls the backend now, or when a place is free; the owner is told how it ended. */
  call(verb: Verb, cid: CID, owner: CallOwner, block?: Block): Call {
    const call = new Call(this, verb, cid, block, owner)
    const { sweeper } = this.#services
    sweeper.watch(call)
    call.deadline = sweeper.now + this.timeoutMs
    if (block) this.reservedBytes += block.bytes.length
    if (this.inFlight < this.concurrency) this.#launch(call)
    else this.#enqueue(call)
    return call
  }

  /** Runs a call that is not about one block (open, usage, identity, ping), with the deadline of all calls. */
  within<T>(what: string, ask: (options: OperationOptions) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    return new Promise<T>((resolve, reject) => {
      const cancel = this.#services.clock.schedule(this.timeoutMs, () => {
        const error = new PoolError(
          'ERR_TIMEOUT',
          `${this.label}: no answer to ${what} within ${this.timeoutMs} ms`,
          {
            retryable: true,
          },
        )
        reject(error)
        controller.abort(error)
      })
      const asked = Promise.resolve().then(() => ask({ signal: controller.signal }))
      asked.then(resolve, reject).finally(cancel)
    })
  }

  /** Closes the backend; it is not open any more, also when that fails. */
  async shut(): Promise<void> {
    const wasOpen = this.unhealthyReason !== 'not open'
    this.unhealthyReason = 'not open'
    if (wasOpen) await this.backend.close?.()
  }

  matches(cid: CID, bytes: Uint8Array): boolean | undefined {
    const { hashes } = this.#services
    return hashes ? hashes.matches(cid, bytes) : true
  }

  async matchesLater(cid: CID, bytes: Uint8Array): Promise<boolean> {
    return (await this.#services.hashes?.matchesLater(cid, bytes)) ?? true
  }

  /** The driver is done with the call: its place goes to the next. */
  freed(): void {
    this.inFlight--
    let next = this.#queue.shift()
    while (next && next.outcome !== undefined) next = this.#queue.shift()
    if (!next) return
    this.#dequeued(next)
    this.#launch(next)
  }

  /** Runs the task when a request that was cut off can no longer arrive. */
  afterTimeout(task: () => void): void {
    this.#services.clock.schedule(this.timeoutMs, task, { background: true })
  }

  /** The call has ended: watched no more, counted, and timed if it was. */
  count(call: Call): void {
    this.#services.sweeper.release(call)
    if (call.queued) this.#dequeued(call)
    const size = call.block?.bytes.length ?? 0
    this.reservedBytes -= size
    this.counted(call.outcome as Outcome)
    const { counts } = this
    if (call.verb === 'get') {
      counts.reads++
      counts.bytesRead += call.bytes?.length ?? 0
    } else if (call.verb === 'put' && call.outcome === 'ok') {
      counts.writes++
      counts.bytesWritten += size
    }
    if (call.startedAt >= 0 && call.outcome === 'ok') this.#observe(call)
  }

  /** Counts how an operation has ended. */
  counted(outcome: Outcome): void {
    const { counts } = this
    counts.operations++
    if (outcome === 'ok') counts.ok++
    else if (outcome === 'missing') counts.missing++
    else if (outcome === 'aborted') counts.aborted++
    else counts.errors++
    if (outcome === 'corrupt') counts.corrupt++
  }

  #observe(call: Call): void {
    const ms = this.#services.clock.now() - call.startedAt
    if (call.verb === 'get') this.readLatency.observe(ms)
    else if (call.verb === 'put') this.writeLatency.observe(ms)
  }

  #launch(call: Call): void {
    this.inFlight++
    this.#calls++
    if (this.#calls <= TIMED_FIRST || this.#calls % TIMED_EVERY === 0)
      call.startedAt = this.#services.clock.now()
    call.launch()
  }

  #enqueue(call: Call): void {
    const size = call.block?.bytes.length ?? 0
    if (this.#queue.length >= MAX_QUEUED_CALLS || this.#queuedBytes + size > MAX_QUEUED_BYTES) {
      queueMicrotask(() => call.refuse())
      return
    }
    call.queued = true
    this.#queuedBytes += size
    this.#queue.push(call)
  }

  #dequeued(call: Call): void {
    call.queued = false
    this.#queuedBytes -= call.block?.bytes.length ?? 0
  }
}

function noCounts(): { -readonly [K in keyof CallCounts]: number } {
  return {
    operations: 0,
    ok: 0,
    missing: 0,
    errors: 0,
    aborted: 0,
    reads: 0,
    bytesRead: 0,
    writes: 0,
    bytesWritten: 0,
    corrupt: 0,
  }
}
