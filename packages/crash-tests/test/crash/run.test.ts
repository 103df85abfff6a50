import { redisNeeded } from '@blockpool/test-services'
import { describe, expect, it } from 'vitest'
import { type CrashResult, runCrash } from '../../src/index.ts'
import { testSeed } from '../support/seed.ts'

const CYCLES = 100
const SERVER_CYCLES = 12
const NOTHING = { lost: 0, undone: 0, torn: 0, stale: 0, broken: 0, findings: [] }

describe('kill -9 under load', () => {
  it('loses, tears and leaves nothing in fs, sqlite and a pool of both', { timeout: 180_000 }, async () => {
    const seed = testSeed(`--cycles ${CYCLES}`)
    const results = await runCrash({ cycles: CYCLES, targets: ['fs', 'sqlite', 'pool'], seed })
    for (const target of ['fs', 'sqlite', 'pool'] as const) {
      const result = results[target] as CrashResult
      expect(result, target).toMatchObject({ cycles: CYCLES, ...NOTHING })
      // Otherwise the kills came before there was anything to lose.
      expect(result.acknowledged, target).toBeGreaterThan(CYCLES / 4)
    }
  })

  it.runIf(redisNeeded())(
    'loses, tears and leaves nothing in a redis that is killed',
    { timeout: 60_000 },
    async () => {
      const seed = testSeed(`--backend redis --cycles ${SERVER_CYCLES}`)
      const { redis } = await runCrash({ cycles: SERVER_CYCLES, targets: ['redis'], seed })
      expect(redis).toMatchObject({ cycles: SERVER_CYCLES, ...NOTHING })
      expect(redis?.acknowledged).toBeGreaterThan(SERVER_CYCLES / 4)
    },
  )
})
