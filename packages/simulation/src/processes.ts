import { cidFromMultihash, createPool, type Durability, type StoragePool } from '@blockpool/core'
import { indexOf } from './blocks.ts'
import type { DiskPlan } from './disk.ts'
import type { FaultKind } from './fault-kinds.ts'
import { Operations } from './operations.ts'
import { PROMISES } from './promises.ts'
import { Random } from './random.ts'
import type { RunReport, Violation } from './report.ts'
import { SharedJournalFile } from './shared-journal-file.ts'
import type { SimulatedBackend } from './simulated-backend.ts'
import { Site } from './site.ts'
import { joinHashes } from './trace.ts'
import type { ClockView } from './virtual-clock.ts'
import type { Strategies, WorldPlan } from './world.ts'

export interface ProcessesOptions {
  /** The first and the last seed, both included. */
  readonly seeds: readonly [number, number]
  /** Operations of all processes together, for each seed. @default 500 */
  readonly ops?: number | undefined
  /** Processes that use one pool at once. @default 2 to 4, by the seed */
  readonly processes?: number | undefined
  readonly strategies: Strategies
  readonly keepTrace?: boolean | undefined
}

export interface ProcessesReport {
  readonly seeds: number
  readonly ops: number
  readonly kills: number
  readonly violations: readonly Violation[]
  readonly traceHash: string
}

/** Faults that end within the longest put: what a driver holds for longer is not promised across processes. */
const FAULTS: readonly FaultKind[] = [
  'EIO',
  'EMFILE',
  'slow x100',
  'flapping',
  'error after effect',
  'effect after the timeout',
  'torn write',
  'bit flip',
  'truncation',
]
const TIMEOUT_MS = 250
const MAX_PENDING = 32
const LIMIT_MS = 3_600_000
/** Debts are tried again after this time at most, and the slowest repair comes after that. */
const PAID_MS = 240_000

/** Several pools, each of a process of its own, over the same disks and one journal: what one does the others must bear. */
export async function simulateProcesses(options: ProcessesOptions): Promise<ProcessesReport> {
  const { seeds, ops = 500 } = options
  const reports: (RunReport & { readonly kills: number })[] = []
  for (let seed = seeds[0]; seed <= seeds[1]; seed++)
    reports.push(await new ProcessesRun(seed, ops, options).go())
  return {
    seeds: reports.length,
    ops: reports.reduce((sum, { operations }) => sum + operations, 0),
    kills: reports.reduce((sum, { kills }) => sum + kills, 0),
    violations: reports.flatMap(({ violations }) => violations),
    traceHash: joinHashes(reports.map(({ traceHash }) => traceHash)),
  }
}

/** One process: its pool, and what only it has. */
interface Process {
  readonly pool: StoragePool
  readonly view: ClockView
  readonly operations: Operations
  readonly drivers: readonly SimulatedBackend[]
}

class ProcessesRun {
  readonly #site: Site
  readonly #random: Random
  readonly #ops: number
  readonly #journal: SharedJournalFile
  readonly #processes: (Process | undefined)[]
  #kills = 0

  constructor(seed: number, ops: number, options: ProcessesOptions) {
    const random = new Random(seed)
    const names = Object.keys(options.strategies)
    const world = drawWorld(random, names[seed % names.length] as string)
    const strategy = options.strategies[world.strategy]?.()
    if (!strategy) throw new Error('there is no strategy to run')
    this.#random = random
    this.#ops = ops
    this.#site = new Site(seed, world, strategy, PROMISES, { keepTrace: options.keepTrace })
    this.#journal = new SharedJournalFile(random.fork(), ({ multihash, dues }, process) => {
      const index = indexOf(cidFromMultihash(multihash)) ?? -1
      this.#site.trace.add(this.#site.clock.now(), dues.join(' ') || 'paid', `process ${process}`, index)
    })
    this.#site.lagMs = this.#journal.lagMs
    const count = options.processes ?? 2 + (seed % 3)
    this.#processes = Array.from({ length: count }, () => undefined)
  }

  async go(): Promise<RunReport & { readonly kills: number }> {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      for (const at of this.#processes.keys()) await this.#start(at)
      for (let op = 0; op < this.#ops && this.#site.violations.length === 0; op++) await this.#step()
      if (this.#site.violations.length === 0) await this.#end()
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
    const { violations, fired, operations, trace } = this.#site
    return {
      violations,
      faults: fired,
      operations,
      traceHash: trace.hash,
      lines: trace.lines,
      kills: this.#kills,
    }
  }

  async #start(at: number): Promise<void> {
    const { clock, driver, world, strategy } = this.#site
    for (let tries = 0; tries < 20; tries++) {
      const view = clock.view()
      const drivers: SimulatedBackend[] = []
      const backends = Object.fromEntries(
        world.disks.map(({ id, settings }, disk) => {
          const backend = this.#site.driverOf(disk)
          drivers.push(backend)
          return [id, { ...settings, backend }]
        }),
      )
      const opening = createPool({
        strategy,
        backends,
        copies: world.copies,
        writeQuorum: world.writeQuorum,
        healthIntervalMs: world.healthIntervalMs,
        maxHints: world.maxHints,
        journal: this.#journal.open(view),
        clock: view,
        seed: this.#random.uint32(),
      })
      const opened = await driver.settle(opening, LIMIT_MS)
      if (opened?.ok) {
        const operations = new Operations(this.#site)
        this.#processes[at] = { pool: opened.value, view, operations, drivers }
        return
      }
      view.kill()
      await driver.pass(1_000)
    }
    this.#site.violate('stuck', `process ${at} cannot open its pool`)
  }

  async #step(): Promise<void> {
    const { world } = this.#site
    const random = this.#random
    if (random.chance(world.faultRate)) this.#disturb()
    if (random.chance(0.01)) await this.#kill(random.below(this.#processes.length))
    const process = random.pick(this.#processes) as Process
    const verb = random.pick(['put', 'put', 'put', 'delete', 'delete', 'get', 'get', 'has'] as const)
    if (random.chance(0.02)) process.operations.list(process.pool)
    else process.operations.start(process.pool, { do: verb, block: random.below(world.blocks) })
    if (random.chance(0.6)) await this.#site.driver.pass(random.pick([1, 3, 10, 40]))
    if (random.chance(0.02)) await this.#site.driver.pass(random.pick([1_500, 5_000, 30_000]))
    if (process.operations.pending > MAX_PENDING) await this.#settle(process)
  }

  #disturb(): void {
    const random = this.#random
    if (random.chance(0.1)) {
      this.#journal.fail(random.between(1, 3))
      return
    }
    const kind = random.pick(FAULTS)
    const disk = this.#site.disk(random.below(this.#site.world.disks.length))
    disk.arm(kind, random.pick([1, 1, 2, 5, 20]), random.pick([50, 500, 5_000]))
  }

  /** The process dies; what it had sent goes on its way. */
  async #kill(at: number): Promise<void> {
    const process = this.#processes[at]
    if (!process) return
    this.#kills++
    process.view.kill()
    for (const driver of process.drivers) driver.kill()
    process.operations.crash()
    await this.#start(at)
  }

  async #settle({ operations }: Process): Promise<boolean> {
    const settled = await this.#site.driver.until(() => operations.pending === 0, LIMIT_MS)
    if (!settled) this.#site.violate('stuck', `${operations.pending} operations never settle`)
    return settled
  }

  async #end(): Promise<void> {
    const { disks, driver } = this.#site
    for (const disk of disks) disk.heal()
    this.#journal.fail(0)
    for (const process of this.#processes) if (!process || !(await this.#settle(process))) return
    await driver.pass(PAID_MS)
    for (const multihash of this.#journal.owed) this.#checkOwed(indexOf(cidFromMultihash(multihash)) ?? -1)
    for (const [at, process] of this.#processes.entries()) await this.#look(at, process as Process)
    this.#checkCopies()
  }

  /** What is owed is paid by now, unless bad copies are all that is left of the block. */
  #checkOwed(index: number): void {
    const held = this.#site.disks.filter((disk) => disk.has(index))
    if (held.length === 0 || held.some((disk) => !disk.isDamaged(index)))
      this.#site.violate(
        'not healed',
        `something is owed for ever for #${index - this.#site.world.firstBlock}`,
      )
  }

  /** Every process finds the same blocks. */
  async #look(at: number, { pool }: Process): Promise<void> {
    const { driver, model, world } = this.#site
    for (let number = 0; number < world.blocks; number++) {
      const look = model.look(number)
      const got = await driver.settle(pool.get(this.#site.block(number).cid), LIMIT_MS)
      this.#site.operations++
      if (!got?.ok) {
        if (!model.mayBeAbsent(look))
          this.#site.violate('not healed', `process ${at}: get #${number} fails: ${String(got?.error)}`)
      } else if (got.value && !model.mayBePresent(look))
        this.#site.violate('came back', `process ${at}: get #${number} found a block that was deleted`)
      else if (!got.value && !model.mayBeAbsent(look))
        this.#site.violate('lost', `process ${at}: get #${number} did not find a block that must be there`)
    }
  }

  #checkCopies(): void {
    const { model, world, disks, strategy } = this.#site
    for (let number = 0; number < world.blocks; number++) {
      const { index } = this.#site.block(number)
      const look = model.look(number)
      const copies = disks.filter(({ held }) => held.has(index)).length
      if (!model.mayBePresent(look) && copies > 0)
        this.#site.violate('not healed', `#${number} was deleted and has ${copies} copies`)
      const lost = model.copiesLost(look)
      if (model.mayBeAbsent(look) || lost > 0 || strategy.copies) continue
      const wanted = Math.min(world.copies, disks.length)
      if (copies < wanted) this.#site.violate('not healed', `#${number} has ${copies} of ${wanted} copies`)
    }
  }
}

function drawWorld(random: Random, strategy: string): WorldPlan {
  const count = random.between(2, 4)
  return {
    strategy,
    copies: random.between(1, Math.min(3, count)),
    attached: count,
    disks: Array.from({ length: count }, (_, i) => drawDisk(i, random)),
    blocks: random.pick([2, 4, 8]),
    firstBlock: 1,
    writeQuorum: random.pick(['majority', 'majority', 'all', 1] as const),
    durability: 'none',
    healthIntervalMs: 5_000,
    maxHints: random.pick([0, 1_000]),
    journal: 'memory',
    faults: FAULTS,
    faultRate: random.pick([0, 0.05, 0.2]),
    operated: false,
  }
}

function drawDisk(index: number, random: Random): DiskPlan {
  return {
    id: `d${index}`,
    durability: random.pick<Durability>(['process', 'power']),
    lateEffects: true,
    identity: true,
    usage: true,
    latencyMs: random.pick([0, 2, 10]),
    maxBytes: undefined,
    shadowed: false,
    settings: { timeoutMs: TIMEOUT_MS, priority: 100 },
  }
}
