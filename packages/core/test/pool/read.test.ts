import { describe, expect, test } from 'vitest'
import type { Strategy } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang } from '../support/scripted.ts'

const { cid, bytes } = block(1)

describe('the order of a get', () => {
  test('one verified copy is enough: a hinted backend is asked alone', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 1 })
    scene.on.a.once('put', fail())
    await scene.pool.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect([scene.on.a, scene.on.b, scene.on.c].map((backend) => backend.count('get'))).toEqual([0, 1, 0])
  })

  test('without a hint the order is that of the strategy', async () => {
    const backwards: Strategy = { type: 'x', stable: true, rank: (_, found) => [...found].reverse() }
    const scene = await poolOf({ a: {}, b: {} }, { strategy: backwards })
    for (const backend of [scene.on.a, scene.on.b]) await backend.inner.put(block(1))
    await scene.pool.get(cid)
    expect([scene.on.a.count('get'), scene.on.b.count('get')]).toEqual([0, 1])
  })

  test('a backend that the strategy leaves out is asked last, and still asked', async () => {
    const onlyA: Strategy = {
      type: 'x',
      stable: true,
      rank: (_, found) => found.filter(({ id }) => id === 'a'),
    }
    const scene = await poolOf({ a: {}, b: {} }, { strategy: onlyA })
    await scene.on.b.inner.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.on.a.count('get')).toBe(1)
  })

  test('a stale hint costs one question and is forgotten', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    await scene.on.a.inner.delete(cid)
    await scene.on.b.inner.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await scene.pool.settled()
    expect(scene.pool.explain({ op: 'read', cid })).toContainEqual({
      backend: 'b',
      rank: expect.any(Number),
      target: expect.any(Boolean),
    })
  })

  test('after a backend without a hint has answered "missing", the others are asked side by side', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} })
    const gate = new Gate()
    scene.on.b.once('get', gate.before)
    await scene.on.c.inner.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await gate.open()
  })
})

describe('a get falls through', () => {
  test.each([
    ['a fault', fail()],
    ['a closed store', fail('ERR_CLOSED')],
    ['a pool that cannot tell', fail('ERR_UNAVAILABLE', { retryable: true })],
    ['a foreign error', () => Promise.reject(new Error('EIO'))],
    [
      'a throw',
      () => {
        throw new Error('sync')
      },
    ],
  ])('%s', async (_, behaviour) => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.always('get', behaviour)
    await scene.on.b.inner.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.events).toMatchObject([{ type: 'failover', op: 'get', backend: 'a' }])
    expect(scene.pool.stats().failovers).toBe(1)
  })

  test('a backend that does not answer, at its deadline', async () => {
    const scene = await poolOf({ a: { timeoutMs: 500 }, b: {} })
    scene.on.a.always('get', hang)
    await scene.on.b.inner.put(block(1))
    const got = scene.pool.get(cid)
    await scene.clock.advance(600)
    expect(same(await got, bytes)).toBe(true)
    expect(scene.events).toMatchObject([{ type: 'failover', outcome: 'timeout' }])
  })
})

describe('has', () => {
  test('trusts the backend and reads no bytes', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    expect(await scene.pool.has(cid)).toBe(true)
    expect(scene.on.a.count('get')).toBe(0)
  })

  test('asks the backends side by side', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} })
    scene.on.a.always('has', hang)
    await scene.on.c.inner.put(block(1))
    expect(await scene.pool.has(cid)).toBe(true)
    expect(scene.on.b.count('has')).toBe(1)
  })

  test('gives up the backends that have not answered, as soon as one has the block', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    let aborted = false
    scene.on.a.always('has', (_run, options) => {
      options?.signal?.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => {})
    })
    await scene.on.b.inner.put(block(1))
    expect(await scene.pool.has(cid)).toBe(true)
    expect(aborted).toBe(true)
    expect(scene.pool.stats().backends.a.aborted).toBe(1)
  })

  test('is false when every backend said so', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    expect(await scene.pool.has(cid)).toBe(false)
  })
})

describe('concurrent reads of one block', () => {
  test('share one call', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    const got = await Promise.all(Array.from({ length: 20 }, () => scene.pool.get(cid)))
    expect(got.every((found) => same(found, bytes))).toBe(true)
    expect(scene.on.a.count('get')).toBe(1)
  })

  test('of other verbs do not', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    const [got, has] = await Promise.all([scene.pool.get(cid), scene.pool.has(cid)])
    expect(same(got, bytes)).toBe(true)
    expect(has).toBe(true)
  })

  test('one caller that aborts leaves the others their answer', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('get', gate.before)
    const controller = new AbortController()
    const aborted = rejection(scene.pool.get(cid, { signal: controller.signal }))
    const other = scene.pool.get(cid)
    controller.abort(new Error('mine'))
    await scene.clock.advance(50)
    expect(await aborted).toBe(controller.signal.reason)
    await gate.open()
    expect(same(await other, bytes)).toBe(true)
    expect(scene.on.a.count('get')).toBe(1)
  })

  test('a get does not join one that began before a delete', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    const slow = new Gate()
    scene.on.a.once('delete', gate.before)
    scene.on.a.once('get', slow.after)
    const before = watched(scene.pool.get(cid))
    const deleted = scene.pool.delete(cid)
    await flush()
    expect(before.settled).toBe(false)
    await slow.open()
    // Hidden from the moment that the delete stands in the journal.
    expect(await scene.pool.get(cid)).toBeUndefined()
    await gate.open()
    await deleted
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('a get does not join one that began before a put ended', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const [slow, gate] = [new Gate(), new Gate()]
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    await flush()
    for (const backend of [scene.on.a, scene.on.b]) backend.once('get', slow.after)
    const early = watched(scene.pool.get(cid))
    await flush()
    await gate.open()
    await put
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(early.settled).toBe(false)
    await slow.open()
  })
})

describe('a strategy that throws', () => {
  test('rejects reads and writes with its error, and leaves nothing behind', async () => {
    const broken = new Error('broken strategy')
    let throws = false
    const strategy: Strategy = {
      type: 'broken',
      stable: true,
      rank: (_, found) => {
        if (throws) throw broken
        return found
      },
    }
    const scene = await poolOf({ a: {}, b: {} }, { strategy })
    throws = true
    expect(await rejection(scene.pool.get(cid))).toBe(broken)
    expect(await rejection(scene.pool.put(block(1)))).toBe(broken)
    throws = false
    await scene.pool.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await scene.pool.close()
  })

  test('after a fault rejects the read, and does not hang it', async () => {
    const broken = new Error('broken strategy')
    let asked = 0
    const strategy: Strategy = {
      type: 'broken',
      stable: true,
      rank: ({ op }, found) => {
        if (op === 'read' && ++asked > 0) throw broken
        return found
      },
    }
    const scene = await poolOf({ a: {}, b: {} }, { strategy })
    await scene.pool.put(block(1))
    scene.on.a.always('get', fail())
    expect(await rejection(scene.pool.get(cid))).toBe(broken)
    await scene.pool.close()
  })
})
