import { testBackend } from '@blockpool/conformance/vitest'
import { type Backend, createPool, memory, type PoolOptions } from '@blockpool/core'
import { abcHashers } from '../packages/core/test/support/hashers.ts'

testBackend('memory', async () => ({ backend: memory() }))
testBackend('memory with a limit', async () => ({ backend: memory({ maxBytes: 64 * 1024 * 1024 }) }))

/** A pool that is not open yet. */
async function poolOf(options: PoolOptions): Promise<Backend> {
  const pool = await createPool({ hashers: abcHashers, ...options })
  await pool.close()
  return pool
}

const three = () => ({ a: { backend: memory() }, b: { backend: memory() }, c: { backend: memory() } })
const counts = 'a pool counts every copy'
const skip = { 'usage/counts-puts': counts, 'usage/counts-once': counts, 'usage/counts-deletes': counts }

testBackend('pool, 1 copy', async () => ({ backend: await poolOf({ backends: three() }) }))
testBackend('pool, 2 copies', async () => ({ backend: await poolOf({ backends: three(), copies: 2 }) }), {
  skip,
})
testBackend('pool, 3 copies', async () => ({ backend: await poolOf({ backends: three(), copies: 3 }) }), {
  skip,
})
testBackend(
  'pool of pools',
  async () => {
    const inner = async () => ({ backend: await poolOf({ backends: three(), copies: 2 }) })
    return { backend: await poolOf({ backends: { near: await inner(), far: await inner() }, copies: 2 }) }
  },
  { skip },
)
