import { describe, expect, test } from 'vitest'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection } from '../support/pool.ts'
import { fail, Gate, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)
const INTERVAL = 30_000

describe('health checks', () => {
  test('come every healthIntervalMs and take a backend out of service and back', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { healthIntervalMs: 500 })
    scene.on.a.always('ping', fail())
    await scene.clock.advance(499)
    expect(scene.eventTypes()).toEqual([])
    await scene.clock.advance(1)
    expect(scene.events).toMatchObject([{ type: 'unhealthy', backend: 'a', reason: 'probe failed' }])
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('b')
    scene.on.a.always('ping')
    await scene.clock.advance(500)
    expect(scene.events.slice(1)).toMatchObject([{ type: 'healthy', backend: 'a' }])
  })

  test('say a change once', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.always('ping', fail())
    await scene.clock.advance(5 * INTERVAL)
    expect(scene.eventTypes()).toEqual(['unhealthy'])
  })

  test('ask has of a block that nobody has where there is no ping', async () => {
    const scene = await poolOf({ a: { without: ['ping'] }, b: {} })
    scene.on.a.always('has', fail())
    await scene.clock.advance(INTERVAL)
    expect(scene.events).toMatchObject([{ type: 'unhealthy', backend: 'a' }])
  })

  test('that hang are given up at the deadline, and do not stop later ones', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    for (const verb of ['ping', 'identity', 'usage'] as const) {
      scene.on.a.once(verb, hang)
      await scene.clock.advance(INTERVAL + 1_100)
    }
    await scene.clock.advance(2 * INTERVAL)
    expect(scene.pool.stats().backends.a.healthy).toBe(true)
    const pings = scene.on.a.count('ping')
    await scene.clock.advance(INTERVAL + 2_000)
    expect(scene.on.a.count('ping')).toBe(pings + 1)
  })

  test('find a store that has changed, and one that is back', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    scene.on.a.storeId = 'an empty mount point'
    await scene.clock.advance(INTERVAL)
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('store changed')
    scene.on.a.storeId = 'first'
    await scene.clock.advance(INTERVAL)
    expect(scene.pool.stats().backends.a.healthy).toBe(true)
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('keep to "store changed" through a failed probe', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.storeId = 'another'
    await scene.clock.advance(INTERVAL)
    scene.on.a.once('ping', fail())
    await scene.clock.advance(2 * INTERVAL)
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('store changed')
  })

  test('come at once when a call says that the store is gone', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.always('get', fail('ERR_STORE_GONE'))
    scene.on.a.always('identity', fail('ERR_STORE_GONE'))
    await rejection(scene.pool.get(cid))
    await flush()
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('store changed')
  })

  test('of a closed pool do not come', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.close()
    const before = scene.on.a.log.length
    await scene.clock.advance(5 * INTERVAL)
    expect(scene.on.a.log.length).toBe(before)
  })

  test('go on at one pace after close and open', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('ping', gate.before)
    await scene.clock.advance(INTERVAL)
    await scene.pool.close()
    await scene.pool.open()
    await gate.open()
    const pings = scene.on.a.count('ping')
    await scene.clock.advance(4 * INTERVAL)
    expect(scene.on.a.count('ping')).toBe(pings + 4)
  })

  test('that are under way at close do not bring the backend back', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.a.once('ping', gate.before)
    await scene.clock.advance(INTERVAL)
    await scene.pool.close()
    await gate.open()
    expect(scene.pool.stats().healthyBackends).toBe(0)
    expect(scene.on.a.isOpen).toBe(false)
    expect(scene.clock.scheduled).toBe(0)
  })
})

describe('setHealth', () => {
  test('takes a backend out of service until it is set back: checks do not', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.pool.setHealth('a', false)
    await scene.clock.advance(3 * INTERVAL)
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('set by the operator')
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('b')
    scene.pool.setHealth('a', true)
    await scene.pool.put(block(2))
    expect(await holders(scene, block(2))).toBe('a')
    expect(scene.events).toMatchObject([
      { type: 'unhealthy', backend: 'a', reason: 'set by the operator' },
      { type: 'healthy', backend: 'a' },
    ])
  })

  test.each([
    ['succeeds', (gate: Gate) => gate.before],
    ['fails', (gate: Gate) => gate.failing()],
  ])('stands, though a check that was under way %s', async (_, behaviour) => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.a.once('ping', behaviour(gate))
    await scene.clock.advance(INTERVAL)
    scene.pool.setHealth('a', false)
    await gate.open()
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('set by the operator')
  })

  test('takes a backend that is not open yet out of service too, when it opens', async () => {
    const b = scripted()
    b.once('open', fail())
    const { pool, clock } = await poolOf({ a: {}, b: { backend: b } }, { healthIntervalMs: 500 })
    pool.setHealth('b', false)
    await clock.advance(1_000)
    expect(pool.stats().backends.b.unhealthyReason).toBe('set by the operator')
    pool.setHealth('b', true)
    expect(pool.stats().backends.b.healthy).toBe(true)
  })

  test('does not take a store that is another than before for the one that it was', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} }, { healthIntervalMs: 500 })
    on.a.storeId = 'second'
    await clock.advance(500)
    pool.setHealth('a', true)
    expect(pool.stats().backends.a.unhealthyReason).toBe('store changed')
    on.a.storeId = 'first'
    pool.setHealth('a', true)
    await flush()
    expect(pool.stats().backends.a.healthy).toBe(true)
  })

  test('to true of a backend that is down holds until the check that it starts', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.always('ping', fail())
    scene.pool.setHealth('a', false)
    scene.pool.setHealth('a', true)
    await flush()
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('probe failed')
  })
})

describe('the time of the last check', () => {
  test('is that of the clock of people, and undefined before', async () => {
    const scene = await poolOf({ a: {} })
    expect(scene.pool.stats().backends.a.lastHealthCheck).toBeUndefined()
    await scene.clock.advance(INTERVAL)
    expect(scene.pool.stats().backends.a.lastHealthCheck).toBe(scene.clock.wallTime())
  })
})
