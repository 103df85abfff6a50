import { redisNeeded } from '@blockpool/test-services'
import { describe, expect, it } from 'vitest'
import { runSharedPool } from '../../src/shared-pool/run.ts'
import { withPlace } from '../../src/shared-pool/servers.ts'
import { testSeed } from '../support/seed.ts'

describe.runIf(redisNeeded())('processes that share one pool of sqlite, fs, Redis and S3', () => {
  it.each([
    ['two with the journal on one server', 'one server', 2],
    ['four, some of them killed, with the journal on one server', 'one server', 4],
    ['two, some of them killed, with a lossy journal on a cluster', 'cluster', 2],
  ] as const)(
    'lose no acknowledged block, bring none back, and repair each copy once: %s',
    { timeout: 120_000 },
    async (name, journal, processes) => {
      const seed = testSeed(`--shared-pool ${processes} --rounds 4`)
      const kills = name.includes('killed')
      const result = await withPlace(journal, (place) =>
        runSharedPool({ place, processes, rounds: 4, operations: 150, kills, seed }),
      )
      expect(result).toMatchObject({ lost: 0, undone: 0, findings: [], repaired: result.removed })
      expect(result.acknowledged).toBeGreaterThan(processes * 100)
      expect(result.removed).toBeGreaterThan(0)
    },
  )
})
