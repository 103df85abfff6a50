import { type BackendSettings, type Durability, PoolError } from '@blockpool/core'
import type { FaultCounts, FaultKind } from './fault-kinds.ts'
import type { Flight } from './flight.ts'
import type { Inner } from './inner.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the disks of one run share. */
export interface Surroundings {
  readonly clock: VirtualClock
  readonly trace: Trace
  readonly fired: FaultCounts
  /** A copy is gone, or damaged, by no fault of the pool. */
  readonly lost: (block: number, disk: number) => void
  /**
   * A copy is there again with its store. `unseen`: it was deleted on the mount point so late that the identity, asked
   * after the delete, was that of the store again.
   */
  readonly returned: (block: number, unseen: boolean) => void
  /** Calls of `open` may hang too. */
  readonly opensHang: boolean
}

/** One disk as its run was drawn. Times in milliseconds of virtual time. */
export interface DiskPlan {
  readonly id: string
  readonly durability: Durability
  readonly lateEffects: boolean | undefined
  /** Its store has an id that is made and lost with it. */
  readonly identity: boolean
  readonly usage: boolean
  /** Calls take from 0 to this long; with 0 all are answered at once. */
  readonly latencyMs: number
  readonly maxBytes: number | undefined
  /** It writes to the empty mount point while its store is unmounted. */
  readonly shadowed: boolean
  readonly settings: BackendSettings & { readonly timeoutMs: number }
}

interface Copy {
  readonly bytes: Uint8Array
  /** Why they are not the block's bytes. */
  readonly damage?: FaultKind | undefined
}

/** A fault that waits for calls. */
export interface ArmedFault {
  readonly kind: FaultKind
  /** Calls that it still hits. */
  calls: number
  readonly untilMs: number
}

/** Where the copies are. It outlives pools and their backends; faults are armed here. */
export class Disk {
  readonly index: number
  readonly plan: DiskPlan
  readonly random: Random
  readonly flights: Set<Flight> = new Set()
  readonly #surroundings: Surroundings
  #armed: ArmedFault[] = []
  #store = new Map<number, Copy>()
  /** What was written to the mount point while the store was away. */
  #shadow: Map<number, Copy> | undefined
  /** When blocks were deleted on the mount point, while the store was away with them. */
  readonly #ghosts = new Map<number, number>()
  #stores = 0
  #hasId = true
  #unseen: FaultKind | undefined
  /** What the pool keeps with the store. */
  #note: string | undefined
  /** When the store was last unmounted, in milliseconds. */
  unmountedAt: number = Number.NEGATIVE_INFINITY
  /** When it was last mounted again, in milliseconds. */
  mountedAt: number = Number.NEGATIVE_INFINITY
  /** What keeps the blocks in its place; undefined: nothing does. */
  readonly inner: Inner | undefined

  constructor(index: number, plan: DiskPlan, random: Random, surroundings: Surroundings, inner?: Inner) {
    this.inner = inner
    this.index = index
    this.plan = plan
    this.random = random
    this.#surroundings = surroundings
  }

  /** What is there now. */
  get held(): ReadonlyMap<number, Copy> {
    return this.#held
  }

  /** What will be there when the store is mounted again. */
  get stored(): ReadonlyMap<number, Copy> {
    return this.#store
  }

  get mounted(): boolean {
    return this.#shadow === undefined
  }

  get usedBytes(): number {
    let bytes = 0
    for (const copy of this.#held.values()) bytes += copy.bytes.length
    return bytes
  }

  arm(kind: FaultKind, calls: number, forMs: number): void {
    this.#armed.push({ kind, calls, untilMs: this.#surroundings.clock.now() + forMs })
  }

  get armed(): readonly ArmedFault[] {
    if (this.#armed.length > 0) {
      const now = this.#surroundings.clock.now()
      this.#armed = this.#armed.filter((fault) => fault.calls > 0 && fault.untilMs > now)
    }
    return this.#armed
  }

  disarm(): void {
    this.#armed = []
  }

  /** Says which store answers. @throws PoolError `ERR_STORE_GONE` */
  identity(): string {
    if (this.mounted && this.#hasId) return `${this.plan.id}/${this.#stores}`
    throw new PoolError('ERR_STORE_GONE', 'the store is not where it was')
  }

  /** A missing id is made again. @throws PoolError `ERR_STORE_GONE` while the store is unmounted. */
  opened(): void {
    this.#assertMounted()
    if (this.#hasId) return
    this.#hasId = true
    this.#stores++
  }

  /** @throws PoolError `ERR_STORE_GONE` while the store is unmounted. */
  get note(): string | undefined {
    this.#assertMounted()
    return this.#note
  }

  set note(note: string) {
    this.#assertMounted()
    this.#note = note
  }

  #assertMounted(): void {
    if (!this.mounted) throw new PoolError('ERR_STORE_GONE', 'the store is not mounted')
  }

  /** What happened to the store has now had an effect on a call. */
  noticed(): void {
    if (!this.#unseen) return
    this.#surroundings.fired[this.#unseen]++
    this.#unseen = undefined
  }

  read(index: number): Uint8Array | undefined {
    const copy = this.#held.get(index)
    if (copy?.damage) this.#surroundings.fired[copy.damage]++
    return copy?.bytes
  }

  has(index: number): boolean {
    return this.#held.has(index)
  }

  /** @throws PoolError `ERR_FULL` */
  write(index: number, bytes: Uint8Array): void {
    const { maxBytes } = this.plan
    if (maxBytes !== undefined && this.usedBytes + bytes.length > maxBytes && !this.has(index)) {
      this.#surroundings.fired.ENOSPC++
      throw new PoolError('ERR_FULL', 'the simulated disk is full')
    }
    this.#held.set(index, { bytes })
  }

  /** The write stops half way; a good copy that was there stays. */
  tear(index: number, bytes: Uint8Array): boolean {
    if (this.has(index) || bytes.length === 0) return false
    this.#surroundings.fired['torn write']++
    this.#held.set(index, { bytes: bytes.slice(0, this.random.below(bytes.length)), damage: 'torn write' })
    return true
  }

  delete(index: number): void {
    if (!this.mounted) this.#ghosts.set(index, this.#surroundings.clock.now())
    this.#held.delete(index)
  }

  /** Bits rot where they lie. False when there is nothing that could. */
  damage(kind: 'bit flip' | 'truncation', random: Random): boolean {
    const good = [...this.#held].filter(([, copy]) => !copy.damage && copy.bytes.length > 0)
    if (good.length === 0) return false
    const [index, { bytes }] = random.pick(good)
    this.#held.set(index, { bytes: damaged(bytes, kind, random), damage: kind })
    this.#surroundings.lost(index, this.index)
    return true
  }

  /** Whether a copy is there that is not the block. */
  isDamaged(index: number): boolean {
    return this.#held.get(index)?.damage !== undefined
  }

  /** Another, empty store stands in its place; `keepId` says that it has an id at once. */
  replace(hasId: boolean): void {
    for (const index of this.#store.keys()) this.#surroundings.lost(index, this.index)
    this.#store.clear()
    this.#note = undefined
    this.#stores++
    this.inner?.replace()
    this.#hasId = hasId
    this.#unseen = 'store swapped or emptied'
  }

  /** Its store was not there at some moment since then. */
  wasAway(sinceMs: number): boolean {
    return !this.mounted || this.mountedAt >= sinceMs
  }

  unmount(): void {
    if (!this.mounted) return
    this.#shadow = new Map()
    this.unmountedAt = this.#surroundings.clock.now()
    this.#unseen = 'store unmounted'
  }

  /** The store is back; what was written to its mount point is hidden by it. */
  mount(): void {
    if (this.mounted) return
    this.mountedAt = this.#surroundings.clock.now()
    for (const index of this.#store.keys()) {
      const deletedAt = this.#ghosts.get(index) ?? Number.NEGATIVE_INFINITY
      this.#surroundings.returned(index, this.mountedAt - deletedAt < this.plan.settings.timeoutMs)
    }
    this.#ghosts.clear()
    for (const index of this.#shadow?.keys() ?? []) this.#surroundings.lost(index, this.index)
    this.#shadow = undefined
  }

  /** The process dies: what is in flight lands or does not, and a volatile store is empty again. */
  crash(random: Random, tears: boolean): void {
    for (const flight of [...this.flights]) flight.crash(random, tears)
    this.disarm()
    if (this.plan.durability === 'none') this.forget()
  }

  /** The store was in memory. */
  forget(): void {
    for (const index of this.#store.keys()) this.#surroundings.lost(index, this.index)
    this.#store.clear()
    this.#note = undefined
    this.inner?.replace()
    this.#stores++
  }

  /** No more faults: what hangs is answered, the store is where it belongs. */
  heal(): void {
    this.disarm()
    this.mount()
    for (const flight of [...this.flights]) flight.heal()
  }

  get #held(): Map<number, Copy> {
    return this.#shadow ?? this.#store
  }
}

/** The bytes with one bit turned over, or without their end. */
export function damaged(bytes: Uint8Array, kind: 'bit flip' | 'truncation', random: Random): Uint8Array {
  if (kind === 'truncation') return bytes.slice(0, random.below(bytes.length))
  const copy = bytes.slice()
  const at = random.below(copy.length)
  copy[at] = (copy[at] as number) ^ (1 << random.below(8))
  return copy
}
