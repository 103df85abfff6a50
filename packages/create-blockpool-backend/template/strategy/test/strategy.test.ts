import { createPool, memory, type Strategy } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { expect, test } from 'vitest'
import { plugin } from '../src/plugin.ts'
import { myStrategy } from '../src/strategy.ts'

// What the laws cannot know of: where blocks should go.

async function bytesIn(strategy: Strategy): Promise<readonly [number, number]> {
  const a = { backend: memory(), capacityBytes: 1_000 }
  const pool = await createPool({ strategy, backends: { a, b: { backend: memory() } } })
  for (let i = 0; i < 20; i++) {
    const bytes = new Uint8Array(50).fill(i)
    await pool.put({ cid: CID.createV1(0x55, await sha256.digest(bytes)), bytes })
  }
  const { backends } = pool.stats()
  await pool.close()
  return [backends.a.usedBytes, backends.b.usedBytes]
}

test('blocks go where the fewest bytes are', async () => {
  expect(await bytesIn(myStrategy())).toEqual([500, 500])
})

test('a backend with little room is left alone', async () => {
  expect(await bytesIn(myStrategy({ keepFreeBytes: 900 }))).toEqual([150, 850])
})

test('options that make no sense are refused, in code and in configuration', async () => {
  const options = { keepFreeBytes: -1 }
  const refusal = expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' })
  expect(() => myStrategy(options)).toThrow(refusal)
  const result = await plugin.options['~standard'].validate(options)
  expect(result.issues).toMatchObject([{ path: ['keepFreeBytes'] }])
})
