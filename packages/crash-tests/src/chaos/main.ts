import { parseArgs } from 'node:util'
import { progress } from '../shared/progress.ts'
import { describe } from './describe.ts'
import { redisScenarios } from './redis.ts'
import { type ChaosResult, keptItsPromise, runScenario } from './run.ts'
import { s3Scenarios } from './s3.ts'

const HELP = `Servers that fail under a pool with two copies and constant load; the exit code is 1 when a promise is broken.

  chaos [--only WORD] [--fault-ms N]   all scenarios, or those whose name has the word; how long a fault stays (4,000)

  --json   prints the result as JSON and nothing else on the output
`
const CALM_MS = 1_000
const FAULT_MS = 4_000

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'fault-ms': { type: 'string', default: String(FAULT_MS) },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

async function run(): Promise<void> {
  const chosen = [...redisScenarios, ...s3Scenarios].filter(({ name }) => name.includes(values.only))
  const faultMs = Number(values['fault-ms'])
  if (chosen.length === 0) throw new RangeError(`--only '${values.only}' is no scenario`)
  if (!(faultMs >= 0)) throw new RangeError(`--fault-ms must be a number, not '${values['fault-ms']}'`)
  const show = progress('scenarios', chosen.length)
  const scenarios: ChaosResult[] = []
  for (const [done, scenario] of chosen.entries()) {
    if (scenario.canRun()) {
      const result = await runScenario(scenario, { calmMs: CALM_MS, faultMs })
      scenarios.push(result)
      if (!values.json) console.log(describe(result))
    }
    show(done + 1)
  }
  if (values.json) console.log(JSON.stringify({ scenarios }))
  if (!scenarios.every(keptItsPromise)) process.exitCode = 1
}

if (values.help) console.log(HELP)
else await run()
