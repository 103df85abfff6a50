import { describe, expect, it } from 'vitest'
import { runFlips } from '../../src/index.ts'
import { testSeed } from '../support/seed.ts'

const FLIPS = 1_000

describe('damaged copies under a pool', () => {
  it('are all detected, healed from the good copy, and never returned', { timeout: 120_000 }, async () => {
    const result = await runFlips({ flips: FLIPS, seed: testSeed(`--flips ${FLIPS}`) })
    const { flips } = result
    expect(flips).toBeGreaterThanOrEqual(FLIPS)
    expect(result).toMatchObject({ detected: flips, healed: flips, returned: 0, failed: 0, findings: [] })
    expect(result.told).toBe(result.hopeless)
    expect(result.hopeless).toBeGreaterThan(0)
  })
})
