import { describe, expect, it } from 'vitest'
import { runProcesses } from '../../src/index.ts'
import { testSeed } from '../support/seed.ts'

describe('two processes on one store', () => {
  it.each(['fs', 'sqlite'] as const)(
    'see their own changes and whole blocks: %s',
    { timeout: 120_000 },
    async (backend) => {
      const seed = testSeed('--processes 2 --operations 5000')
      const result = await runProcesses({ backend, processes: 2, operations: 5_000, kills: false, seed })
      expect(result.findings).toEqual([])
      expect(result.acknowledged).toBeGreaterThan(4_000)
    },
  )
})
