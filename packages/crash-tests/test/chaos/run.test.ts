import { memory } from '@blockpool/core'
import { describe, expect, it } from 'vitest'
import { type ChaosResult, keptItsPromise, runScenario } from '../../src/chaos/run.ts'
import type { Stage } from '../../src/chaos/scenario.ts'
import { numberedBlock } from '../../src/shared/blocks.ts'

const TIMING = { calmMs: 50, faultMs: 0 }
const BLOCK_BYTES = 16_384

/** What is said of a backend in memory to which this happens. */
function outcomeOf(end: Stage['end']): Promise<ChaosResult> {
  const stage = { victim: memory(), begin: async () => {}, end, stop: async () => {} } as Stage
  return runScenario({ name: 'test', canRun: () => true, prepare: async () => stage }, TIMING)
}

describe('a scenario', () => {
  it('in which nothing happens is one that kept its promise', async () => {
    const result = await outcomeOf(async () => {})
    expect(result).toMatchObject({ failedReads: 0, failedWrites: 0, lost: 0, victimErrors: 0, findings: [] })
    expect(Math.min(result.reads, result.writes)).toBeGreaterThan(0)
    expect(keptItsPromise(result)).toBe(true)
  })

  it('counts blocks that are lost', async () => {
    const result = await outcomeOf((pool) => pool.delete(numberedBlock(0, BLOCK_BYTES).cid))
    expect(result.lost).toBe(1)
    expect(keptItsPromise(result)).toBe(false)
  })

  it('counts writes that failed', async () => {
    const result = await outcomeOf(async (pool) => {
      for (const id of ['files', 'database']) pool.configure(id, { write: false })
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const id of ['files', 'database']) pool.configure(id, { write: true })
    })
    expect(result.failedWrites).toBeGreaterThan(0)
    expect(keptItsPromise(result)).toBe(false)
  })

  it.each([null, 10.1])(
    'that takes too long to recover is one that broke its promise: %s',
    (recoverySeconds) => {
      const counts = {
        failedReads: 0,
        failedWrites: 0,
        lost: 0,
        reads: 1,
        writes: 1,
        victimErrors: 1,
        outOfService: null,
      }
      expect(keptItsPromise({ name: 'test', ...counts, recoverySeconds, findings: [] })).toBe(false)
    },
  )
})
