import { describe, expect, test } from 'vitest'
import { LatencyTail } from '../../src/plan/latency.ts'
import { block, blocks, same } from '../support/blocks.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { Gate, hang, slow, untilAborted } from '../support/scripted.ts'

const { cid, bytes } = block(1)
const twoCopies = { copies: 2, writeQuorum: 'all' } as const

describe('a hedged read', () => {
  test('asks a second backend when the first takes long, and aborts the loser', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { ...twoCopies, hedge: { after: 20 } })
    await pool.put(block(1))
    on.a.always('get', untilAborted)
    const got = pool.get(cid)
    await clock.advance(15)
    expect(on.b.count('get')).toBe(0)
    await clock.advance(20)
    expect(on.b.count('get')).toBe(1)
    expect(same(await got, bytes)).toBe(true)
    expect(pool.stats()).toMatchObject({ hedges: 1, failovers: 0, aborted: 1, errors: 0 })
    await pool.settled()
    expect(pool.stats().backends.a).toMatchObject({ healthy: true, inFlight: 0 })
  })

  test('takes the first answer when that comes first after all', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { ...twoCopies, hedge: { after: 20 } })
    await pool.put(block(1))
    const gate = new Gate()
    on.a.once('get', gate.before)
    on.b.once('get', untilAborted)
    const got = pool.get(cid)
    await clock.advance(50)
    await gate.open()
    expect(same(await got, bytes)).toBe(true)
    expect(pool.stats()).toMatchObject({ hedges: 1, aborted: 1 })
  })

  test('that finds nothing at the second waits for the first', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { hedge: { after: 20 } })
    await pool.put(block(1))
    const gate = new Gate()
    on.a.once('get', gate.before)
    const got = pool.get(cid)
    const state = watched(got)
    await clock.advance(50)
    expect(on.b.count('get')).toBe(1)
    expect(state.settled).toBe(false)
    await gate.open()
    expect(same(await got, bytes)).toBe(true)
  })

  test.each(['get', 'has'] as const)('is not made when the first answers in time: %s', async (verb) => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { ...twoCopies, hedge: { after: 20 } })
    await pool.put(block(1))
    on.a.always(verb, slow(clock, 10, true))
    const asked = pool[verb](cid)
    await clock.advance(100)
    await asked
    expect(on.b.count(verb)).toBe(0)
    expect(pool.stats().hedges).toBe(0)
    expect(clock.scheduled).toBe(1)
  })

  test('keeps to its budget', async () => {
    const { pool, on, clock } = await poolOf(
      { a: { timeoutMs: 200 }, b: {} },
      { ...twoCopies, hedge: { after: 20, budget: 0.1 } },
    )
    const all = blocks(100)
    for (const each of all) await pool.put(each)
    on.a.always('get', untilAborted)
    const got = all.map((each) => pool.get(each.cid))
    await clock.advance(1_000)
    for (const [i, each] of (await Promise.all(got)).entries())
      expect(same(each, all[i]?.bytes as Uint8Array)).toBe(true)
    // 10 for 100 reads, and the one that is there from the start.
    expect(pool.stats().hedges).toBeLessThanOrEqual(11)
    expect(pool.stats().hedges).toBeGreaterThanOrEqual(9)
  })

  test('leaves alone a backend that is asked as a last resort only', async () => {
    const { pool, on, clock } = await poolOf(
      { a: {}, b: {} },
      { ...twoCopies, hedge: { after: 20 }, healthIntervalMs: 10_000 },
    )
    await pool.put(block(1))
    on.b.always('ping', hang)
    await clock.advance(25_000)
    expect(pool.stats().backends.b.unhealthyReason).toBe('probe failed')
    const gate = new Gate()
    on.a.once('get', gate.before)
    const got = pool.get(cid)
    await clock.advance(200)
    expect(on.b.count('get')).toBe(0)
    await gate.open()
    await got
  })

  test('after p95 waits as long as 95 of 100 reads take, once enough were measured', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { ...twoCopies, hedge: { after: 'p95' } })
    await pool.put(block(1))
    on.a.always('get', slow(clock, 40, true))
    for (let i = 0; i < 24; i++) {
      const got = pool.get(cid)
      await clock.advance(40)
      await got
    }
    expect(pool.stats().hedges).toBe(0)
    on.a.always('get', untilAborted)
    const got = pool.get(cid)
    await clock.advance(35)
    expect(on.b.count('get')).toBe(0)
    await clock.advance(20)
    expect(same(await got, bytes)).toBe(true)
    expect(on.b.count('get')).toBe(1)
  })

  test('leaves no timer behind when the pool is closed', async () => {
    const { pool, clock } = await poolOf({ a: {}, b: {} }, { ...twoCopies, hedge: { after: 20 } })
    await pool.put(block(1))
    await pool.get(cid)
    await pool.close()
    expect(clock.scheduled).toBe(0)
  })

  test('is off unless it is asked for', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, twoCopies)
    await pool.put(block(1))
    on.a.always('get', untilAborted)
    const got = pool.get(cid)
    await clock.advance(5_000)
    expect(on.b.count('get')).toBe(0)
    await clock.advance(10_000)
    expect(same(await got, bytes)).toBe(true)
  })

  test.each([{ after: -1 }, { after: Number.NaN }, { after: 5, budget: 2 }, { after: 'p50' }])(
    'is refused with %o',
    async (hedge) => {
      const error = await rejection(poolOf({ a: {} }, { hedge: hedge as { after: number } }))
      expect(error.code).toBe('ERR_INVALID_OPTIONS')
      expect(error.message).toContain('hedge')
    },
  )
})

test('the tail of the latencies is what 95 of 100 do not exceed', () => {
  const tail = new LatencyTail()
  for (let ms = 1; ms <= 16; ms++) tail.observe(ms)
  expect(tail.p95).toBeUndefined()
  for (let ms = 17; ms <= 100; ms++) tail.observe(ms)
  for (let i = 0; i < 4; i++) tail.observe(50)
  expect(tail.p95).toBe(95)
  for (let i = 0; i < 128; i++) tail.observe(3)
  expect(tail.p95).toBe(3)
})
