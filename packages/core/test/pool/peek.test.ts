import { expect, test } from 'vitest'
import type { Strategy } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { poolOf, rejection } from '../support/pool.ts'
import { fail } from '../support/scripted.ts'

const one = block(1)

test('a block that a backend has at hand is read without a call', async () => {
  const { pool, on } = await poolOf({ a: { peeks: true } })
  await pool.put(one)
  on.a.log.length = 0
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
  expect(await pool.has(one.cid)).toBe(true)
  expect(on.a.log).toEqual(['peek', 'peek'])
})

test('it is counted as a call that went well, and timed', async () => {
  const { pool } = await poolOf({ a: { peeks: true } })
  await pool.put(one)
  const before = pool.stats().backends.a
  await pool.get(one.cid)
  await pool.has(one.cid)
  const { operations, ok, reads, bytesRead, inFlight, readLatencyMs } = pool.stats().backends.a
  expect([operations - before.operations, ok - before.ok, reads - before.reads]).toEqual([2, 2, 1])
  expect([bytesRead, inFlight, readLatencyMs]).toEqual([one.bytes.length, 0, 0])
})

test('only the backend that comes first is asked for what it has at hand', async () => {
  const { pool, on } = await poolOf({ a: { priority: 2 }, b: { priority: 1, peeks: true } }, { copies: 2 })
  await pool.put(one)
  on.a.log.length = 0
  on.b.log.length = 0
  await pool.get(one.cid)
  expect([on.a.log, on.b.log]).toEqual([['get'], []])
})

test('bytes at hand that do not match are asked for again, told, and read elsewhere', async () => {
  const { pool, on, eventTypes } = await poolOf(
    { a: { priority: 2, peeks: true }, b: { priority: 1 } },
    { copies: 2 },
  )
  await pool.put(one)
  await on.a.corrupt(one.cid)
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
  expect(eventTypes()).toContain('corrupt')
  expect(pool.stats().backends.a.corrupt).toBe(1)
})

test('what is not at hand any more is looked for elsewhere', async () => {
  const { pool, on } = await poolOf({ a: { priority: 2, peeks: true }, b: { priority: 1 } }, { copies: 2 })
  await pool.put(one)
  await on.a.inner.delete(one.cid)
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
})

test('a backend that throws is called', async () => {
  const { pool, on } = await poolOf({ a: {} })
  on.a.peek = () => {
    throw new Error('no')
  }
  await pool.put(one)
  on.a.log.length = 0
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
  expect(on.a.log).toEqual(['get'])
})

test('a backend whose breaker is open is not asked', async () => {
  const { pool, on } = await poolOf({ a: { priority: 2, peeks: true }, b: { priority: 1 } }, { copies: 2 })
  await pool.put(one)
  const { peek } = on.a
  on.a.peek = undefined as never
  on.a.always('get', fail('ERR_BACKEND', { retryable: true }))
  for (let i = 0; i < 20; i++) await pool.get(one.cid)
  expect(pool.stats().backends.a.breakers.read).toBe('open')
  on.a.peek = peek as never
  on.a.log.length = 0
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
  expect(on.a.log).toEqual([])
})

test('a deleted block is absent though a backend that could not be reached still has it at hand', async () => {
  const { pool, on } = await poolOf({ a: { peeks: true }, b: {} }, { copies: 2 })
  await pool.put(one)
  on.a.always('delete', fail('ERR_BACKEND', { retryable: true }))
  await pool.delete(one.cid)
  expect(await on.a.holds(one.cid)).toBe(true)
  expect(await pool.get(one.cid)).toBe(undefined)
  expect(await pool.has(one.cid)).toBe(false)
})

test('a signal that has aborted is obeyed', async () => {
  const { pool } = await poolOf({ a: { peeks: true } })
  await pool.put(one)
  await expect(pool.get(one.cid, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
})

test('a strategy that throws rejects the read', async () => {
  const strategy: Strategy = {
    type: 'broken',
    stable: true,
    rank: (request, candidates) => {
      if (request.op === 'read') throw new Error('no order')
      return candidates
    },
  }
  const { pool } = await poolOf({ a: { peeks: true }, b: {} }, { copies: 2, strategy })
  await pool.put(one)
  expect((await rejection(pool.get(one.cid))).message).toBe('no order')
})
