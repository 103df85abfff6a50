import { describe, expect, test } from 'vitest'
import { createPool, type PoolErrorCode } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { ManualClock } from '../support/clock.ts'
import { holders, poolOf, rejection, watched } from '../support/pool.ts'
import { fail, failAfter, Gate, hang, scripted } from '../support/scripted.ts'

describe('a target that fails', () => {
  test.each(['ERR_BACKEND', 'ERR_FULL', 'ERR_CLOSED', 'ERR_UNAVAILABLE', 'ERR_OVERLOADED'] as const)(
    'with %s is replaced by the next candidate, which counts',
    async (code: PoolErrorCode) => {
      const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2, writeQuorum: 'all' })
      scene.on.a.always('put', fail(code))
      await scene.pool.put(block(1))
      expect(await holders(scene, block(1))).toBe('b c')
      expect(scene.events).toMatchObject([{ type: 'failover', op: 'put', backend: 'a', error: { code } }])
      expect(scene.pool.stats().failovers).toBe(1)
    },
  )

  test('is replaced at once, without waiting for the others', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2 })
    const gate = new Gate()
    scene.on.a.always('put', gate.before)
    scene.on.b.always('put', fail())
    const put = scene.pool.put(block(1))
    await scene.clock.advance(0)
    expect(scene.on.c.count('put')).toBe(1)
    await gate.open()
    await put
  })

  test('by not answering is replaced at its deadline', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    scene.on.a.always('put', hang)
    const put = watched(scene.pool.put(block(1)))
    await scene.clock.advance(900)
    expect(put.settled).toBe(false)
    await scene.clock.advance(200)
    expect(put.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('b')
    expect(scene.events).toMatchObject([{ type: 'failover', backend: 'a', outcome: 'timeout' }])
  })

  test('by throwing is replaced like one that rejects', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.always('put', () => {
      throw new Error('not a promise')
    })
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('b')
  })

  test('behind the reply is replaced too', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.failing())
    await scene.pool.put(block(1))
    await gate.open()
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b d')
    expect(scene.eventTypes()).toEqual(['failover'])
  })

  test('is replaced by one in a zone that holds no copy', async () => {
    const members = { a: { zone: 'x' }, b: { zone: 'y' }, c: { zone: 'x' }, d: { zone: 'z' } }
    const scene = await poolOf(members, { copies: 2, writeQuorum: 'all' })
    scene.on.b.always('put', fail())
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a d')
  })
})

describe('fewer than W copies', () => {
  test('reject with who has it and why the others do not', async () => {
    const scene = await poolOf(
      { a: {}, b: {}, c: { write: false }, d: { capacityBytes: 1 }, e: { maxBlockBytes: 1 }, f: {} },
      { copies: 3 },
    )
    scene.on.b.always('put', fail('ERR_FULL'))
    scene.pool.setHealth('f', false)
    const error = await rejection(scene.pool.put(block(1)))
    expect(error.code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    expect(error.outcomes).toMatchObject({
      a: { outcome: 'ok' },
      b: { outcome: 'full', error: { code: 'ERR_FULL' } },
      c: { outcome: 'permanent', reason: 'writes are off' },
      d: { outcome: 'full', reason: 'over capacity' },
      e: { outcome: 'permanent', reason: 'block too large' },
      f: { reason: 'unhealthy' },
    })
    expect(error.cause).toMatchObject({ code: 'ERR_FULL' })
  })

  test('reject with an outcome for a backend that the strategy forbids', async () => {
    const strategy = { type: 'none', stable: true, rank: () => [] }
    const scene = await poolOf({ a: {} }, { strategy })
    const error = await rejection(scene.pool.put(block(1)))
    expect(error.outcomes).toMatchObject({ a: { reason: 'forbidden by the strategy' } })
  })

  test('a retry is idempotent and finishes what the first put began', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2 })
    scene.on.b.once('put', failAfter())
    expect((await rejection(scene.pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
    expect(scene.pool.stats().backends.a.blocks).toBe(1)
    expect(scene.pool.stats().backends.b.blocks).toBe(1)
  })
})

describe('minHealthy', () => {
  test('with fewer healthy backends a put fails fast, and reads go on', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 1, minHealthy: 2 })
    await scene.pool.put(block(1))
    scene.pool.setHealth('b', false)
    scene.pool.setHealth('c', false)
    const error = await rejection(scene.pool.put(block(2)))
    expect(error.code).toBe('ERR_NOT_ENOUGH_BACKENDS')
    expect(scene.on.a.count('put')).toBe(1)
    expect(same(await scene.pool.get(block(1).cid), block(1).bytes)).toBe(true)
  })
})

describe('a full backend', () => {
  test('is passed by for writes, stays in use for reads, and is not unhealthy', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    scene.on.a.always('put', fail('ERR_FULL'))
    await scene.pool.put(block(2))
    expect(await holders(scene, block(2))).toBe('b')
    expect(same(await scene.pool.get(block(1).cid), block(1).bytes)).toBe(true)
    expect(scene.on.b.count('get')).toBe(0)
    expect(scene.pool.stats().backends.a.healthy).toBe(true)
  })

  test('by its capacity is not asked to write at all', async () => {
    const scene = await poolOf({ a: { capacityBytes: 250 }, b: {} })
    for (const n of [1, 2, 3]) await scene.pool.put(block(n))
    expect(scene.on.a.count('put')).toBe(2)
    expect(await holders(scene, block(3))).toBe('b')
  })

  test('is found full at open, when it holds blocks already', async () => {
    const clock = new ManualClock()
    const a = scripted()
    await a.inner.put(block(1))
    const backends = { a: { backend: a, capacityBytes: 150 }, b: { backend: scripted() } }
    await using pool = await createPool({ backends, clock })
    await pool.put(block(2))
    expect(a.count('put')).toBe(0)
  })

  test('is not overfilled by puts that run side by side: their room is reserved', async () => {
    const scene = await poolOf({ a: { capacityBytes: 550 }, b: {} })
    const gate = new Gate()
    scene.on.a.always('put', gate.before)
    const puts = Array.from({ length: 10 }, (_, n) => scene.pool.put(block(n)))
    await scene.clock.advance(0)
    expect(scene.on.a.count('put')).toBe(5)
    expect(scene.on.b.count('put')).toBe(5)
    await gate.open()
    await Promise.all(puts)
    expect(scene.pool.stats().backends.a.usedBytes).toBe(500)
  })

  test('gives reserved room back when a put fails', async () => {
    const scene = await poolOf({ a: { capacityBytes: 100 }, b: {} })
    scene.on.a.once('put', fail())
    await scene.pool.put(block(1))
    await scene.pool.put(block(2))
    expect(await holders(scene, block(2))).toBe('a')
  })
})
