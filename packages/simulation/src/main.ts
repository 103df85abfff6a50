import { parseArgs } from 'node:util'
import { FAULT_KINDS } from './fault-kinds.ts'
import { simulateProcesses } from './processes.ts'
import { PROMISES } from './promises.ts'
import { shrink } from './shrink.ts'
import { draw, type SimulationReport, simulate } from './simulate.ts'
import { strategies } from './strategies.ts'

/** A run of at least so many operations has to meet every kind of fault. */
const ENOUGH_OPS = 200_000
/** Lines of the trace that are shown of a failure. */
const SHOWN = 40

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..2000' },
    ops: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    processes: { type: 'string' },
  },
})

const seeds = range(values.seeds)
const ops = Number(values.ops)
const processes = values.processes === undefined ? undefined : Number(values.processes)
if (!seeds || !isCount(ops) || (processes !== undefined && !isCount(processes))) {
  console.error('usage: pnpm sim [--seeds A..B] [--ops N] [--processes N] [--json] [--brief]')
  process.exitCode = 2
} else if (processes === undefined) await main(seeds, ops)
else await several(seeds, ops, processes)

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}

/** So many processes on one shared journal. */
async function several(seeds: readonly [number, number], ops: number, processes: number): Promise<void> {
  const report = await simulateProcesses({ seeds, ops, processes, strategies })
  const { violations, ...figures } = report
  const failedSeeds = [...new Set(violations.map(({ seed }) => seed))]
  console.log(JSON.stringify({ ...figures, violations: violations.length, failedSeeds }))
  for (const { seed, rule, message } of violations) console.error(`seed ${seed}: ${rule}: ${message}`)
  if (violations.length > 0) process.exitCode = 1
}

async function main(seeds: readonly [number, number], ops: number): Promise<void> {
  const report = await simulate({ seeds, ops, strategies })
  const missed = report.ops < ENOUGH_OPS ? [] : FAULT_KINDS.filter((kind) => report.faults[kind] === 0)
  const failedSeeds = [...new Set(report.violations.map(({ seed }) => seed))]
  if (values.json)
    console.log(JSON.stringify({ ...report, violations: report.violations.length, failedSeeds }))
  else print(report)
  for (const kind of missed) console.error(`no fault of the kind '${kind}' has fired`)
  const [first] = report.violations
  if (first && !values.brief) await explain(first.seed, ops)
  if (first || missed.length > 0) process.exitCode = 1
}

function print(report: SimulationReport): void {
  console.log(`${report.seeds} seeds, ${report.ops} operations, ${report.opsPerSecond} a second of CPU time`)
  for (const kind of FAULT_KINDS) console.log(`${String(report.faults[kind]).padStart(10)}  ${kind}`)
  console.log(`trace ${report.traceHash}`)
  console.log(`${report.violations.length} violations`)
}

/** Says how to see the failure again, and what is left of it when everything else is taken away. */
async function explain(seed: number, ops: number): Promise<void> {
  const { world, steps } = draw(seed, ops, strategies)
  const shrunk = await shrink({ seed, world, steps, strategies, promises: PROMISES })
  console.error(`\nseed ${seed} fails; again: pnpm sim --seeds ${seed}..${seed} --ops ${ops}`)
  console.error(`\nthe world: ${JSON.stringify(world)}`)
  console.error(`\n${shrunk.steps.length} of its steps are enough:`)
  for (const step of shrunk.steps) console.error(`  ${JSON.stringify(step)}`)
  const lines = shrunk.report.lines ?? []
  const end = lines.findIndex((line) => line.includes('violation')) + 1
  console.error(`\nwhat happened:\n${lines.slice(Math.max(0, end - SHOWN), end).join('\n')}`)
  for (const { rule, message, atMs } of shrunk.report.violations)
    console.error(`${rule} at ${atMs} ms: ${message}`)
}

function range(text: string): readonly [number, number] | undefined {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return from <= to ? [from, to] : undefined
}
