import type { StoragePool } from '@blockpool/core'
import { checkCounts, checkEnd } from './checks.ts'
import { Life, type Wrap } from './life.ts'
import { Operations } from './operations.ts'
import type { Promises } from './promises.ts'
import type { RunReport } from './report.ts'
import { Site, type SiteOptions } from './site.ts'
import type { Step } from './steps.ts'
import type { Strategies, WorldPlan } from './world.ts'

/** Operations under way at most; then time passes until there are fewer. */
const MAX_PENDING = 64
/** Figures and deadlines are looked at every so many steps. */
const CHECK_EVERY = 64
/** Everything that was begun ends within this time, in milliseconds. */
const SETTLE_LIMIT_MS = 3_600_000

export interface RunOptions extends SiteOptions {
  readonly seed: number
  readonly world: WorldPlan
  readonly steps: readonly Step[]
  readonly strategies: Strategies
  readonly promises: Promises
  readonly wrap?: Wrap | undefined
}

/** One run of one world: does the steps, then puts everything right and looks at what is there. */
export async function run(options: RunOptions): Promise<RunReport> {
  const { seed, world, strategies, promises, wrap = (pool: StoragePool) => pool } = options
  const strategy = strategies[world.strategy]
  if (!strategy) throw new Error(`no strategy is called '${world.strategy}'`)
  const { stackTraceLimit } = Error
  // Thousands of errors are made, and nobody reads where.
  Error.stackTraceLimit = 0
  const site = new Site(seed, world, strategy(), promises, options)
  try {
    await new Run(site, wrap).go(options.steps)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    await site.close()
  }
  const { violations, fired, operations, trace } = site
  return { violations, faults: fired, operations, traceHash: trace.hash, lines: trace.lines }
}

class Run {
  readonly #site: Site
  readonly #operations: Operations
  readonly #life: Life

  constructor(site: Site, wrap: Wrap) {
    this.#site = site
    this.#operations = new Operations(site)
    this.#life = new Life(site, this.#operations, wrap)
  }

  async go(steps: readonly Step[]): Promise<void> {
    if (!(await this.#life.open())) return
    let done = 0
    for (const step of steps) {
      if (!(await this.#do(step))) return
      if (++done % CHECK_EVERY === 0) this.#check()
      if (this.#operations.pending >= MAX_PENDING) {
        await this.#site.driver.until(() => this.#operations.pending < MAX_PENDING / 2, SETTLE_LIMIT_MS)
        this.#operations.checkBounds()
      }
      if (this.#site.violations.length > 0) return
    }
    await this.#end()
  }

  /** False when the run cannot go on. */
  async #do(step: Step): Promise<boolean> {
    switch (step.do) {
      case 'crash':
        return this.#life.crash(step.journal)
      case 'restart':
        return this.#life.restart()
      case 'pass':
        await this.#site.driver.pass(step.ms)
        return true
      case 'settle':
        return this.#settle()
      case 'expect':
        return (await this.#settle()) && this.#expect(step.block, step.is)
      case 'list':
        this.#operations.list(this.#life.pool)
        return true
      case 'put':
      case 'get':
      case 'has':
      case 'delete':
        this.#operations.start(this.#life.pool, step)
        return true
      default:
        this.#disturb(step)
        return true
    }
  }

  #disturb(step: Step): void {
    const { clock, random } = this.#site
    switch (step.do) {
      case 'fault':
        this.#site.disk(step.disk).arm(step.kind, step.calls, step.forMs)
        return
      case 'rot':
        this.#site.disk(step.disk).damage(step.kind, random)
        return
      case 'swap':
        this.#site.disk(step.disk).replace(step.hasId)
        clock.schedule(step.fixMs, () => void this.#life.accept(step.disk))
        return
      case 'unmount': {
        const disk = this.#site.disk(step.disk)
        // Without an id nobody can tell.
        if (!disk.plan.identity) return
        disk.unmount()
        clock.schedule(step.forMs, () => disk.mount())
        return
      }
      case 'set clock':
        clock.setWall(step.byMs)
        clock.onWallTime = () => {
          this.#site.fired['clock jump']++
          clock.onWallTime = undefined
        }
        return
      case 'leap':
        clock.leap(step.ms)
        this.#site.fired['clock jump']++
        return
      case 'copy journal':
        this.#site.journal?.copy()
        return
      case 'journal fails':
        this.#site.journal?.fail(step.writes)
        return
      default:
        this.#operate(step)
    }
  }

  #operate(step: Step): void {
    switch (step.do) {
      case 'add':
        this.#life.add(step.disk, step.adopt)
        return
      case 'remove':
        void this.#life.remove(step.disk, step.force)
        return
      case 'configure':
        this.#life.configure(step)
        return
      case 'scrub':
        this.#life.scrub()
        return
      case 'second pool':
        this.#life.second()
        return
      case 'set health':
        this.#life.setHealth(step.disk, step.forMs)
    }
  }

  #check(): void {
    this.#operations.checkBounds()
    checkCounts(this.#site, this.#life.pool)
  }

  async #settle(): Promise<boolean> {
    const { driver } = this.#site
    const settled = await driver.until(() => this.#operations.pending === 0, SETTLE_LIMIT_MS)
    this.#operations.checkBounds()
    if (!settled) this.#site.violate('stuck', `${this.#operations.pending} operations never settle`)
    return settled && this.#site.violations.length === 0
  }

  async #expect(block: number, is: string): Promise<boolean> {
    const got = await this.#site.driver.settle(
      this.#life.pool.get(this.#site.block(block).cid),
      SETTLE_LIMIT_MS,
    )
    const found = got?.ok ? (got.value ? 'present' : 'absent') : 'unknown'
    if (found !== is) this.#site.violate('unexpected', `#${block} is ${found}, not ${is}`)
    return found === is
  }

  async #end(): Promise<void> {
    for (const disk of this.#site.disks) disk.heal()
    this.#site.journal?.fail(0)
    if (!(await this.#settle())) return
    await this.#life.recover()
    if (!(await this.#settle())) return
    await checkEnd(this.#site, this.#life.pool, this.#operations)
    if (this.#site.violations.length > 0) return
    if (await this.#life.close()) this.#check()
  }
}
