import { cidFromMultihash } from '../block.ts'
import { errorCode, PoolError } from '../errors.ts'
import type { UnhealthyReason } from '../events.ts'
import { ask } from '../maintenance/turn.ts'
import type { Breaker } from '../plan/health.ts'
import type { Call } from './call.ts'
import { type PoolContext, Subject } from './context.ts'
import { assertNewest, noteJournal, readNote } from './journal-notes.ts'
import type { Direction, Member } from './member.ts'

/** An absence is told only when the store's identity was seen at most this long ago. */
const STORE_SEEN_MS = 1_000
/** After a delete the backend is measured again, this much later, so that many deletes cost one measure. */
const MEASURE_AFTER_MS = 1_000

/** A check that failed is made again this much later, and after twice the time each time that it fails again. */
const RECHECK_MS = 1_000
/** At open a measure is waited for this long. */
const MEASURE_WAIT_MS = 250

/** A block that nobody has: sha2-256 of the empty string with its first byte changed. */
const PROBE = cidFromMultihash(
  Uint8Array.from([
    0x12, 0x20, 0x00, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
    0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
  ]),
)

/** Opens backends, looks after them at intervals, and knows when one is not the store that it was. */
export class Monitor {
  readonly #context: PoolContext
  readonly #checking = new Set<Member>()
  /** Backends whose store is being asked for its id. */
  readonly #confirming = new Map<Member, Promise<boolean>>()
  readonly #measuring = new Set<Member>()
  /** Checks that failed in a row. */
  readonly #failed = new Map<Member, number>()
  /** Cancels what is to be done later. */
  readonly #later = new Set<() => void>()
  #cancel: (() => void) | undefined
  /** Changes of the debts when the journal was last told apart from older copies of it. */
  #changes = 0

  constructor(context: PoolContext) {
    this.#context = context
  }

  start(): void {
    const { clock, healthIntervalMs } = this.#context.options
    this.#cancel = clock.schedule(healthIntervalMs, () => void this.#round(), { background: true })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    for (const cancel of this.#later) cancel()
    this.#later.clear()
    this.#measuring.clear()
    this.#failed.clear()
  }

  /**
   * Opens a backend and takes it into service; a backend that fails on the way is closed again.
   * @throws what the backend's `open` or `identity` throws.
   */
  async open(member: Member): Promise<void> {
    const { backend } = member
    const attempt = ++member.openAttempts
    await member.within('open', async (options) => {
      const { signal } = options
      await backend.open?.(member.storeId === undefined ? options : { signal, expectedStore: member.storeId })
      // Nobody waits for it any more, and nobody has tried again.
      if (options.signal.aborted && attempt === member.openAttempts) await backend.close?.()
    })
    try {
      await this.#opened(member)
    } catch (error) {
      // The first error is the one to tell.
      if (member.unhealthyReason === 'not open') await backend.close?.().catch(() => {})
      throw error
    }
    this.#mark(member, member.setAside ? 'set by the operator' : undefined)
  }

  /** A backend could not be opened: told once for each reason. */
  notOpened(member: Member, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (member.unhealthyReason !== 'not open' || member.whyNotOpen === reason) return
    member.whyNotOpen = reason
    this.#context.emit({ type: 'unhealthy', backend: member.id, reason: 'not open', error })
  }

  async #opened(member: Member): Promise<void> {
    member.configure({})
    const id = await this.#identityOf(member)
    await readNote(member)
    const lasting = member.traits.durability !== 'none'
    if (lasting && member.storeId !== undefined && member.storeId !== id && !this.#isNewlyKnown(member)) {
      this.#mark(member, 'store changed')
      throw new PoolError('ERR_STORE_GONE', `${member.label} holds another store than before`)
    }
    member.storeId = id
    this.#seen(member)
    const measured = this.#measure(member)
    // Capacity is enforced from the first write on; otherwise a tally that takes long is not waited for.
    await (member.capacityBytes === undefined ? this.#atMost(MEASURE_WAIT_MS, measured) : measured)
    if (this.#context.closed) throw new PoolError('ERR_CLOSED', 'the pool is closed')
    await this.#vet(member)
  }

  /** The store belongs with another journal, and that this one does not know it is accepted. */
  #isNewlyKnown({ note }: Member): boolean {
    const { journalId, options } = this.#context
    return options.acceptJournalLoss && note !== undefined && note.journal !== journalId
  }

  /** A backend that could not be opened with the pool may know of a newer journal. */
  async #vet(member: Member): Promise<void> {
    const { inUse, members, options } = this.#context
    if (!inUse || !members.has(member.id) || options.acceptJournalLoss) return
    await assertNewest(this.#context, [member])
  }

  /** Asks the backend whether it is there and still the same store. */
  async check(member: Member): Promise<void> {
    if (this.#checking.has(member) || this.#context.closed) return
    member.lastHealthCheck = this.#context.options.clock.wallTime()
    // What the operator has switched off stays off.
    if (member.unhealthyReason === 'set by the operator') return
    this.#checking.add(member)
    const before = member.unhealthyReason
    try {
      if (before === 'not open') {
        await this.open(member)
        await noteJournal(this.#context, [member])
      } else await this.#probe(member)
    } catch (error) {
      if (before === 'not open') this.notOpened(member, error)
      // What the operator has said meanwhile stands.
      else if (member.unhealthyReason === before) this.#fault(member, error)
    } finally {
      this.#checking.delete(member)
    }
  }

  /**
   * Those whose store may not be the one that was opened, or did not say, among members that answered "missing".
   * Undefined when all were seen a moment ago.
   */
  unconfirmed(
    members: readonly Member[],
    withinMs: number = STORE_SEEN_MS,
  ): Promise<readonly Member[]> | undefined {
    const seenSince = this.#context.options.clock.now() - withinMs
    const stale = members.filter(
      (member) => member.backend.identity && (withinMs === 0 || member.storeSeenAt < seenSince),
    )
    if (stale.length === 0) return undefined
    return Promise.all(stale.map((member) => this.#confirmOnce(member))).then((confirmed) =>
      stale.filter((_, i) => !confirmed[i]),
    )
  }

  /** A breaker has opened or closed: told, and looked after when it may be probed. */
  breakerChanged(member: Member, direction: Direction, breaker: Breaker): void {
    this.#context.emit({ type: 'breaker', backend: member.id, direction, state: breaker.state })
    if (breaker.state === 'closed') this.#context.repairs.retry()
    // Writes are probed by puts: nothing else shows that a store takes them.
    if (breaker.state !== 'open' || direction === 'write') return
    this.#after(breaker.until - this.#context.options.clock.now(), () => void this.#probeBreaker(member))
  }

  /** Asks through the breaker until it has closed or opened again. */
  async #probeBreaker(member: Member): Promise<void> {
    const subject = new Subject(PROBE)
    let call: Call | undefined
    do call = await ask(this.#context, member, 'has', subject)
    while (call.probe && member.readBreaker.state === 'half-open' && call.outcome === 'missing')
    // Another call was the probe, or it could not be asked: without traffic nobody else would.
    if (member.readBreaker.state === 'half-open')
      this.#after(RECHECK_MS, () => void this.#probeBreaker(member))
  }

  /** The operator's word: `false` takes the backend out of service, `true` back in. */
  setHealth(member: Member, healthy: boolean): void {
    member.lastHealthCheck = this.#context.options.clock.wallTime()
    member.setAside = !healthy
    const { unhealthyReason } = member
    if (unhealthyReason === 'not open') return
    if (!healthy) this.#mark(member, 'set by the operator')
    // A store that is another than before stays out of service until it is the same again.
    else if (unhealthyReason !== 'store changed') this.#mark(member, undefined)
    if (healthy) void this.check(member)
  }

  /** The tally of a backend is not exact any more. */
  measureSoon(member: Member): void {
    if (!member.backend.usage || this.#measuring.has(member) || this.#context.closed) return
    this.#measuring.add(member)
    this.#after(MEASURE_AFTER_MS, () => {
      this.#measuring.delete(member)
      void this.#measure(member)
    })
  }

  #after(ms: number, task: () => void): void {
    if (this.#context.closed) return
    const run = (): void => {
      this.#later.delete(cancel)
      task()
    }
    const cancel = this.#context.options.clock.schedule(Math.max(0, ms), run, { background: true })
    this.#later.add(cancel)
  }

  /**
   * Whether the store is the one that was opened, asked after this call: what it has confirmed before counts. Many that
   * ask meanwhile share one question.
   */
  async confirmedAfter(member: Member): Promise<boolean> {
    if (!member.backend.identity) return true
    await this.#confirming.get(member)
    return this.#confirmOnce(member)
  }

  /** Asks each store once at a time: many absences are told at once. */
  #confirmOnce(member: Member): Promise<boolean> {
    const running = this.#confirming.get(member)
    if (running) return running
    const confirmed = this.#confirm(member).finally(() => this.#confirming.delete(member))
    this.#confirming.set(member, confirmed)
    return confirmed
  }

  async #confirm(member: Member): Promise<boolean> {
    try {
      if ((await this.#identityOf(member)) === member.storeId) {
        this.#seen(member)
        return true
      }
      this.#changed(member)
    } catch (error) {
      if (errorCode(error) === 'ERR_STORE_GONE') this.#changed(member, error)
    }
    return false
  }

  /** The store's id; undefined when the backend gives none. */
  async #identityOf(member: Member): Promise<string | undefined> {
    const { backend } = member
    if (!backend.identity) return undefined
    return member.within('identity', async (options) => backend.identity?.(options))
  }

  #changed(member: Member, error?: unknown): void {
    if (member.unhealthyReason === undefined || member.unhealthyReason === 'probe failed')
      this.#mark(member, 'store changed', error)
  }

  /** Says that a backend is in or out of service, once for each change. */
  #mark(member: Member, reason: UnhealthyReason | undefined, error?: unknown): void {
    if (member.unhealthyReason === reason) return
    member.unhealthyReason = reason
    this.#context.members.changed()
    if (reason) this.#context.emit({ type: 'unhealthy', backend: member.id, reason, error })
    else {
      this.#context.emit({ type: 'healthy', backend: member.id })
      this.#context.repairs.retry()
    }
  }

  async #round(): Promise<void> {
    const round = this.#cancel
    await Promise.all(this.#context.members.all.map((member) => this.check(member)))
    await this.#advance()
    if (this.#cancel === round) this.start()
  }

  /** Something was owed or paid: from here on an older copy of the journal is known for one. */
  async #advance(): Promise<void> {
    const { closed, debts, inUse } = this.#context
    if (closed || !inUse || debts.changes === this.#changes) return
    this.#changes = debts.changes
    try {
      await this.#context.writeHead(false)
    } catch {
      // What must be in the journal tells its caller; this is tried again.
      this.#changes = -1
      return
    }
    await noteJournal(this.#context)
  }

  async #probe(member: Member): Promise<void> {
    const { backend, unhealthyReason } = member
    await member.within('ping', async (options) => {
      if (backend.ping) await backend.ping(options)
      else await backend.has(PROBE, options)
    })
    if (!(await this.#confirm(member))) return
    this.#failed.delete(member)
    await this.#measure(member)
    if (member.unhealthyReason !== unhealthyReason) return
    if (unhealthyReason !== undefined) this.#back(member)
    this.#mark(member, undefined)
  }

  /** However long its breakers would stay open: that was for as long as nothing was known. */
  #back(member: Member): void {
    member.back()
    if (member.readBreaker.state === 'open') void this.#probeBreaker(member)
  }

  #fault(member: Member, error: unknown): void {
    this.#mark(member, errorCode(error) === 'ERR_STORE_GONE' ? 'store changed' : 'probe failed', error)
    const failed = this.#failed.get(member) ?? 0
    this.#failed.set(member, failed + 1)
    this.#after(
      Math.min(this.#context.options.healthIntervalMs, RECHECK_MS * 2 ** failed),
      () => void this.check(member),
    )
  }

  #seen(member: Member): void {
    member.storeSeenAt = this.#context.options.clock.now()
  }

  /** Waits for the work, but not longer than this. */
  async #atMost(ms: number, work: Promise<void>): Promise<void> {
    let cancel = (): void => {}
    const pause = new Promise<void>((resolve) => {
      cancel = this.#context.options.clock.schedule(ms, resolve, { background: true })
    })
    await Promise.race([work, pause])
    cancel()
  }

  /** Takes the backend's own measure; a backend that cannot give it keeps the pool's tally. */
  async #measure(member: Member): Promise<void> {
    const { backend } = member
    if (!backend.usage) return
    const { usedBytes, blocks } = member
    try {
      const usage = await member.within('usage', async (options) => backend.usage?.(options))
      if (!usage) return
      // What ended meanwhile may stand in the measure or not: the tally decides, within what is possible.
      member.usedBytes = between(usage.bytes, member.usedBytes - usedBytes, member.usedBytes)
      member.blocks = between(usage.blocks, member.blocks - blocks, member.blocks)
      member.freeBytes = usage.freeBytes
      member.measured = true
      if (member.blocks !== usage.blocks) this.measureSoon(member)
    } catch {
      // The next check tries again; a backend that is down shows by its calls and probes.
    }
  }
}

/** The tally, as far as it lies between the measure and the measure with all that changed since it began. */
function between(measure: number, change: number, tally: number): number {
  const least = measure + Math.min(0, change)
  const most = measure + Math.max(0, change)
  return Math.max(least, Math.min(tally, most))
}
