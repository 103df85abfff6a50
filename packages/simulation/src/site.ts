import type { BackendEntry, BackendSettings, Strategy } from '@blockpool/core'
import { type SimulatedBlock, simulatedBlock } from './blocks.ts'
import { Disk, type DiskPlan, type Surroundings } from './disk.ts'
import { Driver } from './driver.ts'
import { noFaults } from './fault-kinds.ts'
import { Inner, type MakeBackend } from './inner.ts'
import { Model } from './model.ts'
import type { Promises } from './promises.ts'
import { Random } from './random.ts'
import type { Rule, Violation } from './report.ts'
import { SimulatedBackend } from './simulated-backend.ts'
import { JournalFile } from './simulated-journal.ts'
import { Trace } from './trace.ts'
import { VirtualClock } from './virtual-clock.ts'
import type { WorldPlan } from './world.ts'

/** Violations after which a run is not worth going on with. */
const ENOUGH = 20

export interface SiteOptions {
  readonly keepTrace?: boolean | undefined
  /** What keeps the blocks of each disk. @default the simulation */
  readonly backend?: MakeBackend | undefined
}

/** Everything of a run that outlives its pools: time, disks, the model, and what the operator has set. */
export class Site {
  readonly seed: number
  readonly world: WorldPlan
  readonly clock: VirtualClock = new VirtualClock()
  readonly trace: Trace
  readonly random: Random
  readonly model: Model
  readonly strategy: Strategy
  readonly promises: Promises
  readonly driver: Driver
  readonly disks: readonly Disk[]
  readonly fired: Surroundings['fired'] = noFaults()
  readonly violations: Violation[] = []
  /** Disks that are backends of the pool. */
  readonly attached: Set<number> = new Set()
  /** Disks that are being removed. */
  readonly leaving: Set<number> = new Set()
  /** Those of them that are removed by force: their blocks may be gone from then on. */
  readonly forsaken: Set<number> = new Set()
  readonly backends: Map<number, SimulatedBackend> = new Map()
  /** Undefined where the pool keeps its journal in memory. */
  readonly journal: JournalFile | undefined
  /** Times that the process of the pool died. */
  crashes = 0
  /** What the pool owed was forgotten. */
  debtsLost = false
  operations = 0
  /** Other processes may see a deleted block for so long, in milliseconds. */
  lagMs = 0
  /** The pool is being closed. */
  closing = false
  /** Until when reads of a disk were off, by disk. */
  readonly unreadUntil: number[] = []
  readonly #settings: BackendSettings[]

  constructor(seed: number, world: WorldPlan, strategy: Strategy, promises: Promises, options: SiteOptions) {
    this.seed = seed
    this.world = world
    this.strategy = strategy
    this.promises = promises
    this.trace = new Trace(options.keepTrace)
    this.random = new Random(seed ^ 0x5eed)
    this.model = new Model(world.blocks)
    this.#surroundings = this.#makeSurroundings()
    const { backend } = options
    const inner = (): Inner | undefined => backend && new Inner(backend)
    const isNameless = ({ durability }: DiskPlan): boolean =>
      durability === 'none' && world.journal === 'durable' && !promises.volatileStores
    const plans = world.disks.map((plan) => (isNameless(plan) ? { ...plan, identity: false } : plan))
    this.disks = plans.map((plan, i) => new Disk(i, plan, this.random.fork(), this.#surroundings, inner()))
    const isBusy = (): boolean => this.disks.some((disk) => (disk.inner?.busy ?? 0) > 0)
    if (world.journal === 'durable') this.journal = new JournalFile(this.clock, this.random.fork(), 3)
    this.driver = new Driver(this.clock, backend && isBusy)
    this.#settings = world.disks.map(({ settings }) => settings)
    for (let disk = 0; disk < world.attached; disk++) this.attached.add(disk)
  }

  readonly #surroundings: Surroundings

  /** The pool does not know any more what it owes: deletes that have not reached every disk may be undone. */
  forgetDebts(): void {
    this.debtsLost = true
    if (!this.promises.tombstones) return
    for (let number = 0; number < this.world.blocks; number++) {
      const { index } = this.block(number)
      if (this.disks.some((disk) => disk.held.has(index) || disk.stored.has(index)))
        this.model.mayReturn(number)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.disks.map((disk) => disk.inner?.close()))
  }

  #makeSurroundings(): Surroundings {
    const { clock, trace, fired, model, promises, world } = this
    const tell = (index: number, task: (block: number) => void): void => {
      const block = index - world.firstBlock
      if (block >= 0 && block < world.blocks) task(block)
    }
    return {
      clock,
      trace,
      fired,
      opensHang: promises.lateOpen,
      lost: (index, disk) => {
        trace.add(clock.now(), 'lost', `d${disk}`, index)
        tell(index, (block) => model.lose(block, disk))
      },
      // Its deletes may have been confirmed by the mount point.
      returned: (index, unseen) => {
        if (unseen || !promises.storeAtDelete) tell(index, (block) => model.mayReturn(block))
      },
    }
  }

  violate(rule: Rule, message: string): void {
    this.trace.add(this.clock.now(), 'violation', rule, -1)
    if (this.violations.length < ENOUGH)
      this.violations.push({ seed: this.seed, rule, message, atMs: this.clock.now() })
  }

  block(number: number): SimulatedBlock {
    return simulatedBlock(this.world.firstBlock + number)
  }

  disk(number: number): Disk {
    return this.disks[number] as Disk
  }

  idOf(disk: number): string {
    return this.disk(disk).plan.id
  }

  settings(disk: number): BackendSettings {
    return this.#settings[disk] as BackendSettings
  }

  configure(disk: number, settings: BackendSettings): void {
    this.#settings[disk] = { ...this.#settings[disk], ...settings }
    if (settings.read === false) this.unreadUntil[disk] = Number.POSITIVE_INFINITY
    else if (settings.read && this.unreadUntil[disk] === Number.POSITIVE_INFINITY)
      this.unreadUntil[disk] = this.clock.now()
  }

  /** A new driver over the disk, and what the operator says about it. */
  entry(disk: number): BackendEntry {
    const backend = new SimulatedBackend(this.disk(disk), this.#surroundings)
    this.backends.set(disk, backend)
    return { ...this.settings(disk), backend }
  }

  /** A driver over the disk for another process. */
  driverOf(disk: number): SimulatedBackend {
    return new SimulatedBackend(this.disk(disk), this.#surroundings)
  }

  /** The disk as another process sees it. */
  foreignEntry(disk: number): BackendEntry {
    return { ...this.settings(disk), backend: this.driverOf(disk) }
  }

  entries(): Record<string, BackendEntry> {
    return Object.fromEntries([...this.attached].map((disk) => [this.idOf(disk), this.entry(disk)]))
  }

  /** Copies that a put of the block is acknowledged with now. */
  needed(number: number): number {
    const { cid, bytes } = this.block(number)
    const request = { op: 'write', cid, digest: [0, 0], size: bytes.length, turn: 0, random: 0 } as const
    const asked = this.strategy.copies?.(request) ?? this.world.copies
    const copies = asked === 'all' ? Math.max(1, this.#writable()) : asked
    const { writeQuorum } = this.world
    if (writeQuorum === 'all') return copies
    return writeQuorum === 'majority' ? Math.floor(copies / 2) + 1 : Math.min(writeQuorum, copies)
  }

  /** Backends have changed: where copies are wanted on all, that may be fewer now. */
  changed(): void {
    if (this.strategy.copies) this.model.limitNeeded(this.needed(0))
  }

  #writable(): number {
    return [...this.attached].filter((disk) => this.settings(disk).write !== false && !this.leaving.has(disk))
      .length
  }
}
