import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { topics } from './races/index.ts'
import { asJson } from './report/json.ts'
import { summaryOf } from './report/summary.ts'
import { heading, lineOf } from './report/text.ts'
import { writePage } from './report/write.ts'
import { bench } from './run/bench.ts'
import type { Outcome } from './run/messages.ts'

const [ROUNDS, QUICK_ROUNDS] = [5, 2]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : ROUNDS))

const docs = join(import.meta.dirname, '..', '..', '..', 'docs')
const command = ['pnpm bench', ...process.argv.slice(2)].join(' ')
const isWhole = !values.quick && positionals.length === 0

if (!Number.isInteger(rounds) || rounds < 1 || (values.write && !isWhole)) {
  console.error('usage: pnpm bench [filter …] [--quick] [--json] [--rounds N]')
  console.error(
    '       pnpm bench --write [--json] [--rounds N]   writes docs/benchmarks.md, from a full run alone',
  )
  process.exitCode = 2
} else {
  process.exitCode = await main()
}

/** 1 when a case failed or none was asked for. A goal that is missed is shown, and is no failure. */
async function main(): Promise<number> {
  if (!values.json) console.log(heading)
  const result = await bench(topics, { words: positionals, quick: values.quick, rounds, onOutcome: show })
  const report = asJson(result)
  if (values.json) console.log(JSON.stringify(report, null, 2))
  if (values.write) console.error(`written: ${await writePage(docs, report, topics, command)}`)
  for (const line of summaryOf(result)) console.error(line)
  if (result.rows.length + result.leftOut.length + result.failed.length === 0) {
    console.error('no case has this in its id')
    return 1
  }
  return result.failed.length > 0 ? 1 : 0
}

function show(outcome: Outcome): void {
  if (outcome.kind === 'failed') console.error(`FAILED: ${outcome.race}: ${outcome.reason}`)
  if (outcome.kind === 'begun' && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${outcome.race} …\r`)
  if (outcome.kind === 'rows' && !values.json) for (const row of outcome.rows) console.log(lineOf(row))
}
