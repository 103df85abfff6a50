import { expect, test } from 'vitest'
import { simulateProcesses } from '../src/index.ts'
import { strategies } from '../src/strategies.ts'

const SEEDS = 400
const OPS = 300

test('two to four processes over one journal break no rule, and some of them are killed', async () => {
  const report = await simulateProcesses({ seeds: [1, SEEDS], ops: OPS, strategies })
  expect(report.violations.map(({ seed, rule, message }) => `seed ${seed}: ${rule}: ${message}`)).toEqual([])
  expect(report.ops).toBeGreaterThanOrEqual(SEEDS * OPS)
  expect(report.kills).toBeGreaterThan(SEEDS)
}, 120_000)

test('the same seed goes the same way', async () => {
  const once = () => simulateProcesses({ seeds: [7, 9], ops: OPS, strategies })
  expect((await once()).traceHash).toBe((await once()).traceHash)
})
