import { cidFromMultihash } from '../block.ts'
import { errorCode, PoolError } from '../errors.ts'
import type { UnhealthyReason } from '../events.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'

/** An absence is told only when the store's identity was seen at most this long ago. */
const STORE_SEEN_MS = 1_000
/** After a delete the backend is measured again, this much later, so that many deletes cost one measure. */
const MEASURE_AFTER_MS = 1_000

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
  readonly #measuring = new Set<Member>()
  #cancel: (() => void) | undefined

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
  }

  /**
   * Opens a backend and takes it into service.
   * @throws what the backend's `open` throws.
   */
  async open(member: Member): Promise<void> {
    const { backend } = member
    await member.within('open', (options) => backend.open?.(options) ?? Promise.resolve())
    member.configure({})
    if (backend.identity) {
      const id = await member.within(
        'identity',
        (options) => backend.identity?.(options) ?? Promise.resolve(''),
      )
      if (member.storeId !== undefined && member.storeId !== id) {
        this.#mark(member, 'store changed')
        throw new PoolError('ERR_STORE_GONE', `${member.label} holds another store than before`)
      }
      member.storeId = id
      this.#seen(member)
    }
    const measured = this.#measure(member)
    // Capacity is enforced from the first write on; otherwise nobody has to wait for a tally.
    if (member.capacityBytes !== undefined) await measured
    this.#mark(member, undefined)
  }

  /** Asks the backend whether it is there and still the same store. */
  async check(member: Member): Promise<void> {
    if (this.#checking.has(member) || this.#context.closed) return
    member.lastHealthCheck = this.#context.options.clock.wallTime()
    // What the operator has switched off stays off.
    if (member.unhealthyReason === 'set by the operator') return
    this.#checking.add(member)
    try {
      if (member.unhealthyReason === 'not open') await this.open(member)
      else await this.#probe(member)
    } catch (error) {
      this.#fault(member, error)
    } finally {
      this.#checking.delete(member)
    }
  }

  /**
   * Those whose store may not be the one that was opened, or did not say, among members that answered "missing".
   * Undefined when all were seen a moment ago.
   */
  unconfirmed(members: readonly Member[]): Promise<readonly Member[]> | undefined {
    const seenSince = this.#context.options.clock.now() - STORE_SEEN_MS
    const stale = members.filter((member) => member.backend.identity && member.storeSeenAt < seenSince)
    if (stale.length === 0) return undefined
    return Promise.all(stale.map((member) => this.#confirm(member))).then((confirmed) =>
      stale.filter((_, i) => !confirmed[i]),
    )
  }

  /** The operator's word: `false` takes the backend out of service, `true` back in. */
  setHealth(member: Member, healthy: boolean): void {
    member.lastHealthCheck = this.#context.options.clock.wallTime()
    if (member.unhealthyReason === 'not open') return
    this.#mark(member, healthy ? undefined : 'set by the operator')
    if (healthy) void this.check(member)
  }

  /** The tally of a backend is not exact any more. */
  measureSoon(member: Member): void {
    if (!member.backend.usage || this.#measuring.has(member)) return
    this.#measuring.add(member)
    const measure = async (): Promise<void> => {
      this.#measuring.delete(member)
      if (!this.#context.closed) await this.#measure(member)
    }
    this.#context.options.clock.schedule(MEASURE_AFTER_MS, () => void measure(), { background: true })
  }

  async #confirm(member: Member): Promise<boolean> {
    const { backend } = member
    if (!backend.identity) return true
    try {
      const id = await member.within(
        'identity',
        (options) => backend.identity?.(options) ?? Promise.resolve(''),
      )
      if (id === member.storeId) {
        this.#seen(member)
        return true
      }
      if (member.unhealthyReason === undefined) this.#mark(member, 'store changed')
    } catch (error) {
      if (errorCode(error) === 'ERR_STORE_GONE' && member.unhealthyReason === undefined) {
        this.#mark(member, 'store changed', error)
      }
    }
    return false
  }

  /** Says that a backend is in or out of service, once for each change. */
  #mark(member: Member, reason: UnhealthyReason | undefined, error?: unknown): void {
    if (member.unhealthyReason === reason) return
    member.unhealthyReason = reason
    this.#context.members.changed()
    if (reason) this.#context.emit({ type: 'unhealthy', backend: member.id, reason, error })
    else this.#context.emit({ type: 'healthy', backend: member.id })
  }

  async #round(): Promise<void> {
    await Promise.all(this.#context.members.all.map((member) => this.check(member)))
    if (this.#cancel) this.start()
  }

  async #probe(member: Member): Promise<void> {
    const { backend } = member
    await member.within('ping', async (options) => {
      if (backend.ping) await backend.ping(options)
      else await backend.has(PROBE, options)
    })
    if (!(await this.#confirm(member))) return
    await this.#measure(member)
    this.#mark(member, undefined)
  }

  #fault(member: Member, error: unknown): void {
    if (member.unhealthyReason === 'not open') return
    this.#mark(member, errorCode(error) === 'ERR_STORE_GONE' ? 'store changed' : 'probe failed', error)
  }

  #seen(member: Member): void {
    member.storeSeenAt = this.#context.options.clock.now()
  }

  /** Takes the backend's own measure; a backend that cannot give it keeps the pool's tally. */
  async #measure(member: Member): Promise<void> {
    const { backend } = member
    if (!backend.usage) return
    try {
      const usage = await backend.usage()
      member.usedBytes = usage.bytes
      member.blocks = usage.blocks
      member.freeBytes = usage.freeBytes
    } catch {
      // The next check tries again; a backend that is down shows by its calls and probes.
    }
  }
}
