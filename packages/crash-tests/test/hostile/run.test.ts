import { describe, expect, it } from 'vitest'
import { runHostile } from '../../src/index.ts'
import { testSeed } from '../support/seed.ts'

const CIDS = 100_000

describe('hostile CIDs and names', () => {
  it('end in a typed error or an honest answer, and name nothing outside a store', {
    timeout: 120_000,
  }, async () => {
    const result = await runHostile({ cids: CIDS, seed: testSeed(`--hostile ${CIDS}`) })
    expect(result.findings).toEqual([])
    expect(result.stored).toBeGreaterThan(CIDS / 10)
    expect(result.codes).toMatchObject({
      ERR_INVALID_CID: expect.any(Number),
      ERR_UNKNOWN_HASH: expect.any(Number),
      ERR_HASH_MISMATCH: expect.any(Number),
    })
  })
})
