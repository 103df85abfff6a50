import { createPool, memory } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'

const SHA2_256 = 0x12

describe('a CID that no backend can hold', () => {
  for (const verb of ['get', 'has', 'delete'] as const) {
    it(`is refused by the pool, not by its backends: ${verb}`, async () => {
      const pool = await createPool({
        backends: { a: { backend: memory() }, b: { backend: sqlite(':memory:') } },
      })
      try {
        for (const length of [0, 129, 300]) {
          const cid = CID.createV1(0x55, create(SHA2_256, new Uint8Array(length)))
          await expect(pool[verb](cid)).rejects.toMatchObject({ code: 'ERR_INVALID_CID' })
        }
        expect(pool.stats().errors).toBe(0)
      } finally {
        await pool.close()
      }
    })
  }
})
