import { describe, expect, test } from 'vitest'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection } from '../support/pool.ts'
import { fail } from '../support/scripted.ts'

const down = fail('ERR_BACKEND', { retryable: true })

describe('the write breaker', () => {
  test('opens after five faults in a row: the backend is no target any more', async () => {
    const { pool, on, events } = await poolOf({ a: {}, b: {} })
    on.a.always('put', down)
    for (let i = 0; i < 8; i++) await pool.put(block(i))
    expect(on.a.count('put')).toBe(5)
    expect(pool.stats().backends.a).toMatchObject({
      healthy: false,
      unhealthyReason: undefined,
      breakers: { read: 'closed', write: 'open' },
    })
    expect(events).toContainEqual({ type: 'breaker', backend: 'a', direction: 'write', state: 'open' })
    expect(pool.explain({ op: 'write', cid: block(9).cid })[0]).toMatchObject({ reason: 'breaker open' })
  })

  test('lets one put through when its time has come, and closes after two that succeed', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} })
    on.a.always('put', down)
    for (let i = 0; i < 6; i++) await pool.put(block(i))
    on.a.up()
    await clock.advance(1_000)
    await Promise.all([pool.put(block(10)), pool.put(block(11))])
    expect(on.a.count('put')).toBe(6)
    await pool.put(block(12))
    expect(pool.stats().backends.a.breakers.write).toBe('closed')
    await pool.put(block(13))
    expect(on.a.count('put')).toBe(8)
  })

  test('a full backend is not unhealthy', async () => {
    const { pool, on } = await poolOf({ a: {}, b: {} })
    on.a.always('put', fail('ERR_FULL'))
    for (let i = 0; i < 30; i++) await pool.put(block(i))
    expect(pool.stats().backends.a).toMatchObject({ healthy: true, breakers: { write: 'closed' } })
  })

  test.each(['ERR_UNAVAILABLE', 'ERR_OVERLOADED'] as const)(
    '%s of a pool inside says nothing',
    async (code) => {
      const { pool, on } = await poolOf({ a: {}, b: {} })
      on.a.always('put', fail(code, { retryable: true }))
      for (let i = 0; i < 30; i++) await pool.put(block(i))
      expect(pool.stats().backends.a.breakers.write).toBe('closed')
    },
  )

  test('of too many backends makes writes fail fast', async () => {
    const { pool, on } = await poolOf({ a: {} })
    on.a.always('put', down)
    for (let i = 0; i < 5; i++) await rejection(pool.put(block(i)))
    expect((await rejection(pool.put(block(9)))).code).toBe('ERR_NOT_ENOUGH_BACKENDS')
    expect(on.a.count('put')).toBe(5)
  })
})

describe('the read breaker', () => {
  test('missing is an answer and no fault', async () => {
    const { pool } = await poolOf({ a: {} })
    for (let i = 0; i < 30; i++) expect(await pool.has(block(i).cid)).toBe(false)
    expect(pool.stats().backends.a.healthy).toBe(true)
  })

  test('when open, the backend is asked last, and not when another has the block', async () => {
    const { pool, on } = await poolOf({ a: {}, b: {} }, { copies: 2 })
    for (let i = 0; i < 8; i++) await pool.put(block(i))
    on.a.always('get', down)
    for (let i = 0; i < 8; i++) expect(same(await pool.get(block(i).cid), block(i).bytes)).toBe(true)
    expect(on.a.count('get')).toBe(5)
  })

  test('when open, the backend is still asked for what nobody else has', async () => {
    const { pool, on } = await poolOf({ a: {}, b: {} })
    await pool.put(block(1))
    on.a.always('get', down)
    for (let i = 0; i < 5; i++) await rejection(pool.get(block(1).cid))
    expect(pool.stats().backends.a.breakers.read).toBe('open')
    on.a.up()
    expect(same(await pool.get(block(1).cid), block(1).bytes)).toBe(true)
  })

  test('is probed again, without any request, when a probe could not be made', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} })
    await pool.put(block(1))
    on.a.always('get', down)
    for (let i = 0; i < 5; i++) await rejection(pool.get(block(1).cid))
    on.a.up()
    on.a.once('has', fail('ERR_OVERLOADED', { retryable: true }))
    await clock.advance(1_000)
    expect(pool.stats().backends.a.breakers.read).toBe('half-open')
    await clock.advance(2_000)
    expect(pool.stats().backends.a.breakers.read).toBe('closed')
  })

  test('is probed when its time has come, without any request, and closes', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} })
    await pool.put(block(1))
    on.a.always('get', down)
    for (let i = 0; i < 5; i++) await rejection(pool.get(block(1).cid))
    on.a.up()
    await clock.advance(1_000)
    await flush()
    expect(pool.stats().backends.a).toMatchObject({ healthy: true, breakers: { read: 'closed' } })
  })

  test('leaves no timer behind', async () => {
    const { pool, on, clock } = await poolOf({ a: {} })
    on.a.down()
    for (let i = 0; i < 8; i++) await rejection(pool.get(block(i).cid))
    await pool.close()
    expect(clock.scheduled).toBe(0)
  })
})

describe('a long outage', () => {
  test('is over when a check says so: the breakers are probed then, however long they would stay open', async () => {
    const { pool, on, clock } = await poolOf(
      { a: {}, b: {} },
      { copies: 2, writeQuorum: 1, healthIntervalMs: 1_000 },
    )
    on.a.down()
    await Promise.all(Array.from({ length: 8 }, (_, i) => pool.put(block(i))))
    await clock.advance(200_000)
    expect(pool.stats().backends.a).toMatchObject({
      unhealthyReason: 'probe failed',
      breakers: { read: 'open', write: 'open' },
    })
    on.a.up()
    await clock.advance(1_000)
    for (let i = 1_000; i < 1_002; i++) await pool.put(block(i))
    expect(pool.stats().backends.a).toMatchObject({
      healthy: true,
      breakers: { read: 'closed', write: 'closed' },
    })
  })
})

test('a copy of a block stays where it is while breakers open and close', async () => {
  const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2 })
  await scene.pool.put(block(1))
  scene.on.a.down()
  for (let i = 10; i < 20; i++) await scene.pool.put(block(i))
  expect(await holders(scene, block(1))).toBe('a b')
  expect(await holders(scene, block(19))).toBe('b c')
})
