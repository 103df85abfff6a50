import { byPriority } from '@blockpool/core'
import { FAULT_KINDS, type FaultCounts, noFaults } from './fault-kinds.ts'
import type { MakeBackend } from './inner.ts'
import type { Wrap } from './life.ts'
import { PROMISES, type Promises } from './promises.ts'
import { Random } from './random.ts'
import type { RunReport, Violation } from './report.ts'
import { run } from './run.ts'
import { drawSteps, type Step } from './steps.ts'
import { joinHashes } from './trace.ts'
import { drawWorld, type Strategies, type WorldPlan } from './world.ts'

export interface SimulateOptions {
  /** The first and the last seed, both included. */
  readonly seeds: readonly [number, number]
  /** Operations of the pool for each seed. @default 500 */
  readonly ops?: number | undefined
  /** Strategies by name; seeds go through all of them. @default byPriority() alone */
  readonly strategies?: Strategies | undefined
  /** What the pool is held to beyond what it always promises. */
  readonly promises?: Partial<Promises> | undefined
  /** Makes the backends that keep the blocks, in the place of simulated ones; faults stay in front of them. */
  readonly backend?: MakeBackend | undefined
  /** Wraps each pool before it is used: for planting bugs. */
  readonly wrap?: Wrap | undefined
  /** One seed in so many is run twice, to see that both go the same way; 0 for none. @default 100 */
  readonly repeatEvery?: number | undefined
  /** Called after each seed. */
  readonly onSeed?: ((seed: number, report: RunReport) => void) | undefined
}

export interface SimulationReport {
  readonly seeds: number
  readonly ops: number
  readonly violations: readonly Violation[]
  readonly faults: FaultCounts
  readonly opsPerSecond: number
  readonly traceHash: string
}

/** What one seed stands for. */
export interface Drawn {
  readonly world: WorldPlan
  readonly steps: readonly Step[]
}

const DEFAULT_STRATEGIES: Strategies = { 'by-priority': byPriority }

/** The world of a seed, and what happens there. */
export function draw(seed: number, ops: number, strategies: Strategies = DEFAULT_STRATEGIES): Drawn {
  const random = new Random(seed)
  const world = drawWorld(seed, random, Object.keys(strategies))
  return { world, steps: drawSteps(world, random, ops) }
}

/** Runs the shipped pool through the worlds of these seeds, and reports everything that it must not do. */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const { seeds, ops = 500, strategies = DEFAULT_STRATEGIES, wrap, backend, repeatEvery = 100 } = options
  const promises = { ...PROMISES, ...options.promises }
  const violations: Violation[] = []
  const faults = noFaults()
  const hashes: string[] = []
  let operations = 0
  const began = process.cpuUsage()
  for (let seed = seeds[0]; seed <= seeds[1]; seed++) {
    const once = (): Promise<RunReport> =>
      run({ seed, strategies, promises, wrap, backend, ...draw(seed, ops, strategies) })
    const report = await once()
    operations += report.operations
    violations.push(...report.violations)
    hashes.push(report.traceHash)
    for (const kind of FAULT_KINDS) faults[kind] += report.faults[kind]
    if (repeatEvery > 0 && seed % repeatEvery === 0) {
      const again = await once()
      operations += again.operations
      if (again.traceHash !== report.traceHash) violations.push(differs(seed))
    }
    options.onSeed?.(seed, report)
  }
  const { user, system } = process.cpuUsage(began)
  return {
    seeds: seeds[1] - seeds[0] + 1,
    ops: operations,
    violations,
    faults,
    opsPerSecond: Math.round(operations / ((user + system) / 1e6)),
    traceHash: joinHashes(hashes),
  }
}

function differs(seed: number): Violation {
  return { seed, rule: 'not deterministic', message: 'two runs of the seed differ', atMs: 0 }
}
