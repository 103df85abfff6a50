import { byPriority } from '@blockpool/core'
import type { DiskPlan } from './disk.ts'
import type { Wrap } from './life.ts'
import { PROMISES, type Promises } from './promises.ts'
import type { RunReport } from './report.ts'
import { run } from './run.ts'
import type { Step } from './steps.ts'
import type { Strategies, WorldPlan } from './world.ts'

export interface ScenarioOptions {
  /** @default 1 */
  readonly copies?: number | undefined
  /** One for each disk, by its number, with what is special about it; the first `attached` are backends from the start. */
  readonly disks?: readonly Partial<DiskPlan>[] | undefined
  /** @default all disks */
  readonly attached?: number | undefined
  /** Further properties of the world. */
  readonly world?: Partial<WorldPlan> | undefined
  readonly strategies?: Strategies | undefined
  readonly promises?: Partial<Promises> | undefined
  readonly wrap?: Wrap | undefined
  readonly seed?: number | undefined
}

/**
 * Plays a story: these steps in this order, in a world where nothing else goes wrong. Like every run it ends with all
 * faults over, and each block looked at.
 */
export function scenario(steps: readonly Step[], options: ScenarioOptions = {}): Promise<RunReport> {
  const { disks = [{}, {}], copies = 1, seed = 1, strategies = { 'by-priority': byPriority }, wrap } = options
  const plans = disks.map((disk, i): DiskPlan => ({ ...diskPlan(i), ...disk }))
  const world: WorldPlan = {
    strategy: Object.keys(strategies)[0] as string,
    copies,
    attached: options.attached ?? plans.length,
    disks: plans,
    blocks: 4,
    firstBlock: 1,
    writeQuorum: 'majority',
    durability: 'none',
    healthIntervalMs: 30_000,
    maxHints: 1_000,
    journal: 'durable',
    faults: [],
    faultRate: 0,
    // Steps may well make operations fail.
    operated: true,
    ...options.world,
  }
  const promises = { ...PROMISES, ...options.promises }
  return run({ seed, world, steps, strategies, promises, wrap, keepTrace: true })
}

/** A disk that keeps everything and answers at once, within the second. */
function diskPlan(index: number): DiskPlan {
  return {
    id: `d${index}`,
    durability: 'power',
    lateEffects: undefined,
    identity: true,
    usage: true,
    latencyMs: 0,
    maxBytes: undefined,
    shadowed: false,
    settings: { timeoutMs: 1_000, priority: 100 - index },
  }
}
