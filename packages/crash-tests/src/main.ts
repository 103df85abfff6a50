import { parseArgs } from 'node:util'
import { runCrash } from './crash/run.ts'
import { fileTargets, isTargetName } from './crash/targets.ts'
import { runFlips } from './flips/run.ts'
import { runHostile } from './hostile/run.ts'
import { runPower } from './power/run.ts'
import { runProcesses } from './processes/run.ts'
import { progress } from './shared/progress.ts'
import { freshSeed } from './shared/random.ts'
import { runSharedPool } from './shared-pool/run.ts'
import { withPlace } from './shared-pool/servers.ts'

const HELP = `Runs one harness; the exit code is 1 when it finds something.

  crash [--cycles N] [--backend B]   kill -9 under load, N times (100), of fs, sqlite and pool, or B: one of them or redis
  crash --points N [--images N]                   power cuts of the fs store at N call boundaries
  crash --flips N                                 N damaged copies under a pool
  crash --processes P [--operations N]            P processes with N operations each on one store, with kills
  crash --shared-pool P [--rounds N] [--cluster]  P processes on one pool with a journal in Redis, some killed
  crash --hostile N                               N hostile CIDs and names

  --seed N   chooses what happens; printed by every run
  --json     prints the result as JSON and nothing else on the output
`

const { values } = parseArgs({
  options: {
    cycles: { type: 'string' },
    backend: { type: 'string' },
    points: { type: 'string' },
    images: { type: 'string' },
    flips: { type: 'string' },
    processes: { type: 'string' },
    operations: { type: 'string' },
    hostile: { type: 'string' },
    'shared-pool': { type: 'string' },
    rounds: { type: 'string' },
    cluster: { type: 'boolean' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

function number(
  name:
    | 'cycles'
    | 'points'
    | 'images'
    | 'flips'
    | 'processes'
    | 'operations'
    | 'hostile'
    | 'shared-pool'
    | 'rounds'
    | 'seed',
  otherwise: number,
): number {
  const value = Number(values[name] ?? otherwise)
  if (Number.isInteger(value) && value >= 0) return value
  throw new RangeError(`--${name} must be a whole number, not '${values[name]}'`)
}

interface Outcome {
  readonly result: unknown
  /** What it found. */
  readonly faults: number
}

const seed = number('seed', freshSeed())

async function killCycles(): Promise<Outcome> {
  const { backend } = values
  if (backend !== undefined && !isTargetName(backend))
    throw new RangeError(`--backend '${backend}' is not known`)
  const cycles = number('cycles', 100)
  const show = progress('kills', cycles)
  let done = 0
  const targets = backend === undefined ? fileTargets : [backend]
  const result = await runCrash({ cycles, targets, seed, onCycle: () => show(++done) })
  const faults = Object.values(result).map(
    ({ lost, undone, torn, stale, broken }) => lost + undone + torn + stale + broken,
  )
  return { result, faults: faults.reduce((a, b) => a + b, 0) }
}

async function powerCuts(): Promise<Outcome> {
  const points = number('points', 2_000)
  const result = await runPower({
    points,
    images: number('images', 2),
    seed,
    onPoint: progress('points', points),
  })
  return { result, faults: result.lost + result.undone + result.torn + result.stale + result.broken }
}

async function flips(): Promise<Outcome> {
  const result = await runFlips({ flips: number('flips', 1_000), seed })
  return { result, faults: result.findings.length + result.returned + result.failed }
}

async function processes(): Promise<Outcome> {
  const options = {
    processes: number('processes', 4),
    operations: number('operations', 20_000),
    kills: true,
    seed,
  }
  const result = {
    fs: await runProcesses({ backend: 'fs', ...options }),
    sqlite: await runProcesses({ backend: 'sqlite', ...options }),
  }
  return { result, faults: result.fs.findings.length + result.sqlite.findings.length }
}

async function sharedPool(): Promise<Outcome> {
  const rounds = number('rounds', 20)
  const result = await withPlace(values.cluster ? 'cluster' : 'one server', (place) =>
    runSharedPool({
      place,
      processes: number('shared-pool', 4),
      rounds,
      operations: number('operations', 300),
      kills: true,
      seed,
      onRound: progress('rounds', rounds),
    }),
  )
  return { result, faults: result.findings.length + Math.abs(result.repaired - result.removed) }
}

async function hostile(): Promise<Outcome> {
  const result = await runHostile({ cids: number('hostile', 100_000), seed })
  return { result, faults: result.findings.length }
}

function run(): Promise<Outcome> {
  if (values.points !== undefined) return powerCuts()
  if (values.flips !== undefined) return flips()
  if (values.processes !== undefined) return processes()
  if (values.hostile !== undefined) return hostile()
  if (values['shared-pool'] !== undefined) return sharedPool()
  return killCycles()
}

if (values.help) console.log(HELP)
else {
  const { result, faults } = await run()
  console.log(values.json ? JSON.stringify(result) : result)
  if (!values.json) console.log(`seed ${seed}: ${faults === 0 ? 'nothing found' : `${faults} faults`}`)
  if (faults > 0) {
    const args = process.argv.slice(2).filter((word) => !word.startsWith('--seed'))
    console.error(`replay: pnpm crash ${args.join(' ')} --seed ${seed}`)
    process.exitCode = 1
  }
}
