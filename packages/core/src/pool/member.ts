import type { CID } from 'multiformats/cid'
import type { Backend, BackendSettings, BackendTraits } from '../backend.ts'
import type { Block } from '../block.ts'
import type { Clock } from '../clock.ts'
import type { Outcome } from '../errors.ts'
import type { UnhealthyReason } from '../events.ts'
import type { Hashes } from '../hash.ts'
import { type ResolvedSettings, resolveSettings } from '../options.ts'
import type { Standing } from '../plan/eligibility.ts'
import { admits, type Breaker, type BreakerEvent, CLOSED, step } from '../plan/health.ts'
import { LatencyTail, SmoothedLatency } from '../plan/latency.ts'
import { outcomeOf, verdictOf } from '../plan/outcome.ts'
import type { CallCounts } from '../stats.ts'
import type { Candidate } from '../strategy.ts'
import { Call, type CallOwner, type Verb } from './call.ts'
import { CallQueue } from './call-queue.ts'
import type { JournalNote } from './journal-notes.ts'
import { Step } from './step.ts'
import type { Sweeper } from './sweeper.ts'

/** What all members of a pool share. */
export interface MemberServices {
  readonly clock: Clock
  readonly sweeper: Sweeper
  /** Undefined when reads are not verified. */
  readonly hashes: Hashes | undefined
  /** Median of the latencies measured so far, in milliseconds. */
  typicalLatencyMs(direction: Direction): number
  random(): number
  /** A breaker of the member has changed its state. */
  onBreaker(member: Member, direction: Direction, breaker: Breaker): void
}

export type Direction = 'read' | 'write'

/** One call in this many is timed once enough have been: reading the clock costs a tenth of a get from memory. */
const TIMED_EVERY = 16
const TIMED_FIRST = 32

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
  readonly #queue: CallQueue = new CallQueue()
  #given: BackendSettings = {}
  readonly readLatency: SmoothedLatency = new SmoothedLatency()
  readonly writeLatency: SmoothedLatency = new SmoothedLatency()
  readonly readTail: LatencyTail = new LatencyTail()
  readonly counts: { -readonly [K in keyof CallCounts]: number } = noCounts()
  #calls = 0
  #puts = 0
  #putsEnded: (() => void)[] = []

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
  readBreaker: Breaker = CLOSED
  writeBreaker: Breaker = CLOSED
  draining = false
  usedBytes = 0
  blocks = 0
  /** The backend has said itself how much it holds. */
  measured = false
  freeBytes: number | undefined
  reservedBytes = 0
  inFlight = 0
  lastHealthCheck: number | undefined
  /** The operator wants it out of service, whatever else. */
  setAside = false
  /** Why it could not be opened the last time, in words. */
  whyNotOpen: string | undefined
  /** Times that it was tried to open it. */
  openAttempts = 0
  /** The store's id when it was opened; undefined when it has none. */
  storeId: string | undefined
  /** The state of the journal that the store was used with, when it was opened. */
  note: JournalNote | undefined
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
    const given = { ...this.#given, ...settings }
    Object.assign(this, resolveSettings(this.id, given, this.backend))
    this.#given = given
  }

  /** The settings with their values. */
  get settings(): ResolvedSettings {
    return resolveSettings(this.id, this.#given, this.backend)
  }

  /** Calls the backend now, or when a place is free; the owner is told how it ended. */
  call(verb: Verb, cid: CID, owner: CallOwner, block?: Block): Call {
    const call = new Call(this, verb, cid, block, owner)
    const { sweeper } = this.#services
    if (this.#breaker(verb).state !== 'closed') this.#admit(call)
    sweeper.watch(call)
    call.deadline = sweeper.deadline(this.timeoutMs)
    if (block) {
      this.#puts++
      this.reservedBytes += block.bytes.length
    }
    if (this.inFlight < this.concurrency) this.#launch(call)
    else if (!this.#queue.push(call)) queueMicrotask(() => call.refuse())
    return call
  }

  /**
   * The answer to a read that the backend has at hand, verified; undefined when it has to be called, which also tells what
   * is wrong.
   */
  peek(verb: 'get' | 'has', cid: CID): Uint8Array | true | undefined {
    if (!this.backend.peek || this.readBreaker.state !== 'closed') return undefined
    const startedAt = this.#startTimer()
    const bytes = this.#peek(cid)
    if (!bytes || (verb === 'get' && this.matches(cid, bytes) !== true)) return undefined
    this.counted('ok')
    if (verb === 'has') return true
    this.counts.reads++
    this.counts.bytesRead += bytes.length
    if (startedAt >= 0) this.#observeRead(startedAt, true)
    return bytes
  }

  #peek(cid: CID): Uint8Array | undefined {
    try {
      return this.backend.peek?.(cid)
    } catch {
      return undefined
    }
  }

  /** Writes a copy when that takes no waiting; false when the backend has to be called, which also tells what is wrong. */
  tryPut(block: Block): boolean {
    if (!this.backend.tryPut || this.writeBreaker.state !== 'closed') return false
    const startedAt = this.#startTimer()
    if (!this.#tryPut(block)) return false
    this.counted('ok')
    this.counts.writes++
    this.counts.bytesWritten += block.bytes.length
    if (startedAt >= 0) this.writeLatency.observe(this.#services.clock.now() - startedAt)
    this.#step('put', this.writeBreaker, SUCCESS)
    return true
  }

  #tryPut(block: Block): boolean {
    try {
      return this.backend.tryPut?.(block) ?? false
    } catch {
      return false
    }
  }

  /** Runs a call that is not about one block (open, usage, identity, ping), with the deadline of all calls. */
  async within<T>(what: string, ask: (options: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> {
    const steps = new Step(this.#services.sweeper, this, undefined)
    try {
      return await steps.of(what, () => ask(steps))
    } finally {
      steps.end()
    }
  }

  /** What the backend lists, with the deadline of all calls for each step. Ends in an error when it fails. */
  async *list(signal?: AbortSignal): AsyncGenerator<CID> {
    const steps = new Step(this.#services.sweeper, this, signal)
    let iterator: AsyncIterator<CID> | undefined
    let outcome: Outcome = 'ok'
    try {
      iterator = this.backend.list({ signal: steps.signal })[Symbol.asyncIterator]()
      const next = iterator.next.bind(iterator)
      for (let result = await steps.of('list', next); !result.done; result = await steps.of('list', next)) {
        yield result.value
      }
    } catch (error) {
      outcome = signal?.aborted ? 'aborted' : outcomeOf(error)
      throw error
    } finally {
      this.counted(outcome)
      // Not awaited: an iterator that hangs would hang the listing too.
      iterator?.return?.().catch(() => {})
      steps.end()
    }
  }

  /** Resolves when no put is under way here. */
  async putsEnded(): Promise<void> {
    while (this.#puts > 0) await new Promise<void>((resolve) => this.#putsEnded.push(resolve))
  }

  /** Closes the backend; it is not open any more, also when that fails. */
  async shut(): Promise<void> {
    const wasOpen = this.unhealthyReason !== 'not open'
    this.unhealthyReason = 'not open'
    this.readBreaker = CLOSED
    this.writeBreaker = CLOSED
    // What lasts no longer than its process is another store when it opens again, and may be.
    if (this.traits.durability === 'none') this.storeId = undefined
    if (wasOpen && this.backend.close) await this.within('close', async () => this.backend.close?.())
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
    const next = this.#queue.shift()
    if (next) this.#launch(next)
  }

  /** The call has ended: watched no more, counted, and timed if it was. */
  count(call: Call): void {
    this.#services.sweeper.release(call)
    if (call.queued) this.#queue.remove(call)
    const size = call.block?.bytes.length ?? 0
    if (call.block) this.#putEnded(size)
    this.counted(call.outcome as Outcome)
    const { counts } = this
    if (call.verb === 'get') {
      counts.reads++
      counts.bytesRead += call.bytes?.length ?? 0
    } else if (call.verb === 'put' && call.outcome === 'ok') {
      counts.writes++
      counts.bytesWritten += size
    }
    if (call.startedAt >= 0 && (call.outcome === 'ok' || call.hedged)) this.#observe(call)
    this.#judge(call)
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

  /** A check has found it back in service: its breakers let a probe through at once. */
  back(): void {
    const event: BreakerEvent = { type: 'back', now: this.#services.clock.now() }
    this.#step('get', this.readBreaker, event)
    this.#step('put', this.writeBreaker, event)
  }

  #breaker(verb: Verb): Breaker {
    return directionOf(verb) === 'read' ? this.readBreaker : this.writeBreaker
  }

  /** A breaker that is not closed lets one call through at a time; others go past it as a last resort and decide nothing. */
  #admit(call: Call): void {
    const breaker = this.#breaker(call.verb)
    const now = this.#services.clock.now()
    if (!admits(breaker, now)) return
    call.probe = true
    this.#step(call.verb, breaker, { type: 'admitted', now })
  }

  #judge(call: Call): void {
    const breaker = this.#breaker(call.verb)
    if (breaker.state !== 'closed' && !call.probe) return
    const verdict = verdictOf(call.outcome as Outcome, call.error)
    if (verdict === 'success') this.#step(call.verb, breaker, SUCCESS)
    else if (verdict === undefined) this.#step(call.verb, breaker, WITHDRAWN)
    else {
      const { clock, random } = this.#services
      this.#step(call.verb, breaker, { type: 'fault', now: clock.now(), random: random() })
    }
  }

  #step(verb: Verb, before: Breaker, event: BreakerEvent): void {
    const after = step(before, event)
    if (after === before) return
    const direction = directionOf(verb)
    if (direction === 'read') this.readBreaker = after
    else this.writeBreaker = after
    if (after.state !== before.state) this.#services.onBreaker(this, direction, after)
  }

  #observe(call: Call): void {
    if (call.verb === 'get') this.#observeRead(call.startedAt, call.outcome === 'ok')
    else if (call.verb === 'put') this.writeLatency.observe(this.#services.clock.now() - call.startedAt)
  }

  #observeRead(startedAt: number, ended: boolean): void {
    const ms = this.#services.clock.now() - startedAt
    // One that was given up because it was slow counts among the slow ones.
    this.readTail.observe(ms)
    if (ended) this.readLatency.observe(ms)
  }

  #launch(call: Call): void {
    this.inFlight++
    call.startedAt = this.#startTimer()
    call.launch()
  }

  /** The clock's time for calls that are timed, -1 for the others. */
  #startTimer(): number {
    this.#calls++
    const timed = this.#calls <= TIMED_FIRST || this.#calls % TIMED_EVERY === 0
    return timed ? this.#services.clock.now() : -1
  }

  #putEnded(size: number): void {
    this.#puts--
    this.reservedBytes -= size
    if (this.#puts === 0 && this.#putsEnded.length > 0) for (const wake of this.#putsEnded.splice(0)) wake()
  }
}

const SUCCESS: BreakerEvent = { type: 'success' }
const WITHDRAWN: BreakerEvent = { type: 'withdrawn' }

function directionOf(verb: Verb): Direction {
  return verb === 'get' || verb === 'has' ? 'read' : 'write'
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
