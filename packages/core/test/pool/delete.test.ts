import { describe, expect, test } from 'vitest'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection, watched } from '../support/pool.ts'
import { fail, failAfter, Gate, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)

describe('delete', () => {
  test('reaches every attached backend, hinted or not, readable, writable and healthy or not', async () => {
    const scene = await poolOf({ a: {}, b: { write: false }, c: { read: false }, d: {} })
    for (const backend of Object.values(scene.on)) await backend.inner.put(block(1))
    scene.pool.setHealth('d', false)
    await scene.pool.delete(cid)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('of a block that nobody has resolves', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.delete(cid)
    await scene.pool.delete(cid)
    expect(await scene.pool.has(cid)).toBe(false)
  })

  test('rejects when one backend does not confirm, and names each outcome', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    scene.on.b.once('delete', fail('ERR_BACKEND'))
    const error = await rejection(scene.pool.delete(cid))
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: true, cause: { code: 'ERR_BACKEND' } })
    expect(error.outcomes).toMatchObject({ a: { outcome: 'ok' }, b: { outcome: 'permanent' } })
    expect(await holders(scene, block(1))).toBe('b')
    await scene.pool.delete(cid)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('rejects when a backend could not be opened, and reaches the others', async () => {
    const b = scripted()
    b.always('open', fail())
    const scene = await poolOf({ a: {}, b: { backend: b } })
    await scene.pool.put(block(1))
    const error = await rejection(scene.pool.delete(cid))
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { b: { reason: 'not open' } } })
    expect(await holders(scene, block(1))).toBe('')
    expect(b.count('delete')).toBe(0)
  })

  test('is finished by a retry after a fault that came after the effect', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    scene.on.a.once('delete', failAfter())
    await rejection(scene.pool.delete(cid))
    await scene.pool.delete(cid)
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('rejects at the deadline of a backend that does not answer', async () => {
    const scene = await poolOf({ a: { timeoutMs: 200 }, b: {} })
    await scene.on.b.inner.put(block(1))
    scene.on.a.once('delete', hang)
    const deleted = rejection(scene.pool.delete(cid))
    await scene.clock.advance(300)
    expect(await deleted).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { a: { outcome: 'timeout' } } })
    expect(await holders(scene, block(1))).toBe('')
  })
})

describe('a put that the pool no longer waits for', () => {
  test('settles before a delete goes to that backend', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(1_100)
    await put
    const deleted = watched(scene.pool.delete(cid))
    await flush()
    expect(scene.on.a.count('delete')).toBe(0)
    expect(scene.on.b.count('delete')).toBe(1)
    await gate.open()
    expect(deleted.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('and never settles makes the delete reject: the block may come', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    scene.on.a.once('put', hang)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(1_100)
    await put
    const deleted = rejection(scene.pool.delete(cid))
    await scene.clock.advance(1_100)
    expect(await deleted).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { a: { outcome: 'timeout' } } })
    expect(scene.on.a.count('delete')).toBe(0)
  })

  test('that is written behind the reply comes before the delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.before)
    await scene.pool.put(block(1))
    const deleted = watched(scene.pool.delete(cid))
    await flush()
    expect(deleted.settled).toBe(false)
    await gate.open()
    expect(deleted.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('that still waits for a free place behind the reply comes before the delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: { concurrency: 2 } }, { copies: 3 })
    const [busy, gate] = [new Gate(), new Gate()]
    scene.on.c.once('put', busy.before, busy.before, gate.before)
    for (const n of [2, 3, 1]) await scene.pool.put(block(n))
    expect(scene.on.c.count('put')).toBe(2)
    const deleted = scene.pool.delete(cid)
    await busy.open()
    await gate.open()
    await deleted
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
  })

  test('that fails behind the reply is not replaced once a delete has begun', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.failing())
    await scene.pool.put(block(1))
    const deleted = scene.pool.delete(cid)
    await flush()
    await gate.open()
    await deleted
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('that replaces a failed one behind the reply comes before a later delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: {} }, { copies: 3 })
    const [failing, gate] = [new Gate(), new Gate()]
    scene.on.c.once('put', failing.failing())
    scene.on.d.once('put', gate.before)
    await scene.pool.put(block(1))
    await failing.open()
    expect(scene.on.d.count('put')).toBe(1)
    const deleted = scene.pool.delete(cid)
    await gate.open()
    await deleted
    expect(await holders(scene, block(1))).toBe('')
  })

  test('because its caller aborted settles before the delete', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const controller = new AbortController()
    const put = rejection(scene.pool.put(block(1), { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    await put
    const deleted = watched(scene.pool.delete(cid))
    await flush()
    expect(deleted.settled).toBe(false)
    await gate.open()
    expect(deleted.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('')
  })
})

describe('a delete that timed out', () => {
  test('keeps its backend from being a target of that block until it has settled', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('delete', gate.before)
    const deleted = rejection(scene.pool.delete(cid))
    await scene.clock.advance(1_100)
    expect((await deleted).code).toBe('ERR_UNAVAILABLE')
    await scene.pool.put(block(1))
    expect(await scene.on.b.holds(cid)).toBe(true)
    await gate.open()
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await scene.pool.delete(cid)
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a')
  })

  test('makes a put wait when no other backend is left, then fail and say so', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 } })
    scene.on.a.once('delete', hang)
    const deleted = rejection(scene.pool.delete(cid))
    await scene.clock.advance(1_100)
    await deleted
    const refused = rejection(scene.pool.put(block(1)))
    await scene.clock.advance(1_100)
    expect(await refused).toMatchObject({
      code: 'ERR_NOT_ENOUGH_REPLICAS',
      outcomes: { a: { outcome: 'timeout', reason: 'an earlier call is unsettled' } },
    })
    expect(scene.pool.explain({ op: 'write', cid })).toEqual([
      { backend: 'a', target: false, reason: 'an earlier call is unsettled' },
    ])
    await scene.pool.put(block(2))
  })

  test('whose connection was cut may land for timeoutMs more, on a backend with late effects', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000, lateEffects: true } })
    const gate = new Gate()
    scene.on.a.once('delete', gate.failing())
    const deleted = rejection(scene.pool.delete(cid))
    await scene.clock.advance(1_100)
    await deleted
    await gate.open()
    const put = watched(scene.pool.put(block(1)))
    await scene.clock.advance(900)
    expect(put.settled).toBe(false)
    await scene.clock.advance(200)
    expect(put.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a')
  })

  test.each(['put', 'delete'] as const)(
    'or a %s that the driver calls unsettled, though it rejected in time',
    async (verb) => {
      const scene = await poolOf({ a: { timeoutMs: 1_000 } })
      scene.on.a.once(verb, fail('ERR_BACKEND', { unsettled: true, retryable: true }))
      await rejection(verb === 'put' ? scene.pool.put(block(1)) : scene.pool.delete(cid))
      const put = watched(scene.pool.put(block(1)))
      await scene.clock.advance(900)
      expect(put.settled).toBe(false)
      await scene.clock.advance(150)
      expect(put.settled).toBe(true)
      expect(await holders(scene, block(1))).toBe('a')
    },
  )

  test('holds only the block that it is about', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 } })
    scene.on.a.once('delete', hang)
    const deleted = rejection(scene.pool.delete(cid))
    await scene.pool.put(block(2))
    await scene.pool.delete(block(2).cid)
    await scene.clock.advance(1_100)
    await deleted
  })
})
