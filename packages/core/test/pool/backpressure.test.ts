import { expect, test } from 'vitest'
import { type Block, createPool, errorCode, memory } from '../../src/index.ts'
import { blockOf } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { listed, poolOf } from '../support/pool.ts'
import { Gate } from '../support/scripted.ts'

const PUTS = 32_000
const BYTES = 4_096
/** Bytes of blocks that wait for one backend: see pool/call-queue.ts. */
const WAITING = 64 * 1024 * 1024
const CONCURRENCY = 16

function numbered(n: number): Block {
  const bytes = new Uint8Array(BYTES)
  new DataView(bytes.buffer).setUint32(0, n)
  return blockOf(bytes)
}

test('of 32,000 puts that wait for a backend no more than 64 MiB of blocks are held; the others are refused', async () => {
  const { pool, on } = await poolOf({ a: { concurrency: CONCURRENCY } })
  const gate = new Gate()
  on.a.always('put', gate.before)
  const outcomes = Array.from({ length: PUTS }, (_, n) =>
    pool.put(numbered(n)).then(
      () => 'stored' as const,
      (error) => errorCode(error.cause),
    ),
  )
  await flush()
  const { backends } = pool.stats()
  expect(backends.a.inFlight).toBe(CONCURRENCY)
  gate.open()
  const stored = (await Promise.all(outcomes)).filter((outcome) => outcome === 'stored').length
  expect(stored).toBe(WAITING / BYTES + CONCURRENCY)
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['stored', 'ERR_OVERLOADED']))
  expect((await listed(pool)).length).toBe(stored)
}, 60_000)

test('bytes reach the backends of a pool in a pool, and come back, without a copy', async () => {
  const [x, y] = [memory(), memory()]
  const inner = await createPool({ backends: { x: { backend: x }, y: { backend: y } }, copies: 2 })
  const pool = await createPool({ backends: { inner: { backend: inner } } })
  const { cid, bytes } = numbered(1)
  await pool.put({ cid, bytes })
  for (const store of [x, y, inner, pool]) expect(await store.get(cid)).toBe(bytes)
  await pool.close()
})
