import { expect, test } from 'vitest'
import { type JournalChange, memoryJournal } from '../../src/state/journal.ts'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang } from '../support/scripted.ts'

const one = block(1)

test('a block is put without a call where all backends take it at once', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: { tries: true } }, { copies: 2 })
  await pool.put(one)
  expect([on.a.log.slice(-1), on.b.log.slice(-1)]).toEqual([['tryPut'], ['tryPut']])
  expect([on.a.count('put'), on.b.count('put')]).toEqual([0, 0])
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
})

test('it is counted as a call that went well, and timed', async () => {
  const { pool } = await poolOf({ a: { tries: true } })
  const before = pool.stats().backends.a
  await pool.put(one)
  const { operations, ok, writes, bytesWritten, inFlight, writeLatencyMs, blocks } = pool.stats().backends.a
  expect([operations - before.operations, ok - before.ok, writes, blocks]).toEqual([1, 1, 1, 1])
  expect([bytesWritten, inFlight, writeLatencyMs]).toEqual([one.bytes.length, 0, 0])
})

test('the others are called, and nobody gets the block twice', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: {}, c: { tries: true } }, { copies: 3 })
  await pool.put(one)
  await pool.settled()
  expect([on.a, on.b, on.c].map((backend) => backend.count('put', 'tryPut'))).toEqual([1, 1, 1])
  expect(on.a.count('tryPut')).toBe(1)
})

test('a backend that refuses is called, and tells why', async () => {
  const { pool, on } = await poolOf({ a: { tries: true, maxBytes: 10 } })
  const error = await rejection(pool.put(one))
  expect(error.code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  expect(error.outcomes).toMatchObject({ a: { outcome: 'full' } })
  expect([on.a.count('tryPut'), on.a.count('put')]).toEqual([1, 1])
})

test('a copy that is written at once is owed when the put fails', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: {} }, { copies: 2, writeQuorum: 'all' })
  on.b.always('put', fail('ERR_BACKEND', { retryable: true }))
  expect((await rejection(pool.put(one))).outcomes).toMatchObject({
    a: { outcome: 'ok' },
    b: { outcome: 'transient' },
  })
  expect(pool.stats().debts).toBe(1)
})

test('a backend that throws is called', async () => {
  const { pool, on } = await poolOf({ a: { tries: true } })
  on.a.tryPut = () => {
    throw new Error('no')
  }
  await pool.put(one)
  expect(on.a.count('put')).toBe(1)
})

test('a put comes after the delete of the block that is under way', async () => {
  const { pool, on } = await poolOf({ a: { tries: true } })
  const gate = new Gate()
  on.a.once('delete', gate.before)
  const deleted = pool.delete(one.cid)
  const put = pool.put(one)
  await gate.open()
  await Promise.all([deleted, put])
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
  expect(on.a.log.indexOf('delete')).toBeLessThan(on.a.log.indexOf('put'))
})

test('a block that was deleted and comes again is there, though a backend has not confirmed the delete', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: {} }, { copies: 1 })
  on.b.always('delete', fail('ERR_BACKEND', { retryable: true }))
  await pool.delete(one.cid)
  await pool.put(one)
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
})

test('a put waits for the journal while it may have a tombstone of the block', async () => {
  const gate = new Gate()
  const journal = {
    ...memoryJournal(),
    write: async (changes: readonly JournalChange[]) => {
      if (changes.some(({ type }) => type === 'paid')) await gate.after(async () => {})
    },
  }
  const { pool } = await poolOf({ a: { tries: true } }, { journal })
  await pool.delete(one.cid)
  const put = watched(pool.put(one))
  await flush()
  expect(put.settled).toBe(false)
  await gate.open()
  expect(put.settled).toBe(true)
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
})

test('a copy that is known to be corrupt is deleted first', async () => {
  const { pool, on } = await poolOf({ a: { tries: true } })
  await pool.put(one)
  await on.a.corrupt(one.cid)
  await rejection(pool.get(one.cid))
  on.a.log.length = 0
  await pool.put(one)
  expect(on.a.log.filter((verb) => verb !== 'identity')).toEqual(['delete', 'put'])
  expect(same(await pool.get(one.cid), one.bytes)).toBe(true)
})

test('a block that is there is asked for, not written again', async () => {
  const { pool, on } = await poolOf({ a: { tries: true } })
  await pool.put(one)
  await pool.put(one)
  expect(on.a.count('tryPut')).toBe(1)
})

test('a backend that is out of service is left out', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: { tries: true } }, { copies: 1 })
  pool.setHealth('a', false)
  await pool.put(one)
  expect([await on.a.holds(one.cid), await on.b.holds(one.cid)]).toEqual([false, true])
})

test('too few backends in service refuse the put', async () => {
  const { pool, on } = await poolOf({ a: { tries: true }, b: { tries: true } }, { minHealthy: 2 })
  pool.setHealth('a', false)
  expect((await rejection(pool.put(one))).code).toBe('ERR_NOT_ENOUGH_BACKENDS')
  expect(on.b.count('tryPut', 'put')).toBe(0)
})

test('the put of another copy may be given up', async () => {
  const { pool, on, clock } = await poolOf({ a: { tries: true }, b: {} }, { copies: 2, writeQuorum: 'all' })
  on.b.always('put', hang)
  const controller = new AbortController()
  const put = rejection(pool.put(one, { signal: controller.signal }))
  controller.abort(new Error('enough'))
  await clock.advance(100)
  expect((await put).message).toBe('enough')
})
