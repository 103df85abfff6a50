import type { Strategy } from '@blockpool/core'
import { backendCases } from './cases/index.ts'
import { strategyLaws } from './laws/index.ts'
import { limitOf, planFor, runBackendCase, runStrategyLaw } from './run.ts'
import type { CaseResult, ConformanceOptions, CreateBackend } from './types.ts'

/** The part of a test runner that the kit uses. */
export interface Runner {
  describe(name: string, declare: () => void): void
  test(title: string, timeoutMs: number, run: (context: RunningTest) => Promise<void>): void
}

interface RunningTest {
  skip(reason: string): void
}

export function declareBackend(
  runner: Runner,
  name: string,
  create: CreateBackend,
  options: ConformanceOptions = {},
): void {
  const plan = planFor(backendCases, options)
  runner.describe(name, () => {
    for (const each of backendCases) {
      runner.test(`${each.id}: ${each.title}`, limitOf(plan), async (test) => {
        report(await runBackendCase(each, create, plan), test)
      })
    }
  })
}

export function declareStrategy(
  runner: Runner,
  name: string,
  create: () => Strategy,
  options: ConformanceOptions = {},
): void {
  const plan = planFor(strategyLaws, options)
  runner.describe(name, () => {
    for (const law of strategyLaws) {
      runner.test(`${law.id}: ${law.title}`, limitOf(plan), async (test) => {
        report(runStrategyLaw(law, create, plan), test)
      })
    }
  })
}

function report(result: CaseResult, test: RunningTest): void {
  if (result.status === 'failed') throw result.error
  if (result.status === 'skipped') test.skip(result.reason)
}
