import { expect, it } from 'vitest'
import { RECOVERY_LIMIT_SECONDS, runScenario } from '../../src/chaos/run.ts'
import type { Scenario } from '../../src/chaos/scenario.ts'

const TIMING = { calmMs: 300, faultMs: 1_200 }
/** What is slow answers all the same. */
const WITHOUT_ERRORS = 'redis slow'

/** One test for each scenario, in short. */
export function testScenarios(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) {
    it.runIf(scenario.canRun())(scenario.name, { timeout: 120_000 }, async () => {
      const result = await runScenario(scenario, TIMING)
      expect(result).toMatchObject({ failedReads: 0, failedWrites: 0, lost: 0, findings: [] })
      expect(result.recoverySeconds ?? Number.POSITIVE_INFINITY).toBeLessThan(RECOVERY_LIMIT_SECONDS)
      const wasHit = result.victimErrors > 0 || result.outOfService !== null
      expect(wasHit || scenario.name === WITHOUT_ERRORS, 'the fault has hit the backend').toBe(true)
    })
  }
}
