import { describe, expect, test } from 'vitest'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)
const VERBS = ['get', 'has'] as const

describe.each(VERBS)('%s: a block is absent', (verb) => {
  test('when every attached backend has answered "missing"', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: { write: false } })
    expect(await scene.pool[verb](cid)).toBe(verb === 'get' ? undefined : false)
    expect([scene.on.a, scene.on.b, scene.on.c].map((backend) => backend.count(verb))).toEqual([1, 1, 1])
  })

  test('when its backends have no identity, too', async () => {
    const scene = await poolOf({ a: { without: ['identity'] } })
    expect(await scene.pool[verb](cid)).toBe(verb === 'get' ? undefined : false)
  })
})

describe.each(VERBS)('%s: whether a block exists is not known', (verb) => {
  test('when a backend fails, and the error names each outcome', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} })
    scene.on.b.down(fail('ERR_BACKEND'))
    const error = await rejection(scene.pool[verb](cid))
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: true, cause: { code: 'ERR_BACKEND' } })
    expect(error.outcomes).toMatchObject({
      a: { outcome: 'missing' },
      b: { outcome: 'permanent', error: { code: 'ERR_BACKEND' } },
      c: { outcome: 'missing' },
    })
  })

  test('when a backend does not answer', async () => {
    const scene = await poolOf({ a: {}, b: { timeoutMs: 100 } })
    scene.on.b.down(hang)
    const read = rejection(scene.pool[verb](cid))
    await scene.clock.advance(200)
    expect(await read).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { b: { outcome: 'timeout' } } })
  })

  test('when reads of a backend are off', async () => {
    const scene = await poolOf({ a: {}, b: { read: false } })
    const error = await rejection(scene.pool[verb](cid))
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { b: { reason: 'reads are off' } } })
    expect(scene.on.b.count(verb)).toBe(0)
  })

  test('when a backend is set unhealthy', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.pool.setHealth('b', false)
    const error = await rejection(scene.pool[verb](cid))
    expect(error).toMatchObject({
      code: 'ERR_UNAVAILABLE',
      outcomes: { b: { reason: 'set by the operator' } },
    })
    expect(scene.on.b.count(verb)).toBe(0)
    scene.pool.setHealth('b', true)
    expect(await scene.pool[verb](cid)).toBe(verb === 'get' ? undefined : false)
  })

  test('when a backend is set unhealthy while it is asked', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.b.once(verb, gate.before)
    const read = rejection(scene.pool[verb](cid))
    await flush()
    scene.pool.setHealth('a', false)
    await gate.open()
    expect((await read).code).toBe('ERR_UNAVAILABLE')
  })

  test('when the store of a backend is not the one that was opened', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.b.storeId = 'an empty mount point'
    await scene.clock.advance(1_001)
    const error = await rejection(scene.pool[verb](cid))
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { b: { outcome: 'transient' } } })
    expect(scene.events).toMatchObject([{ type: 'unhealthy', backend: 'b', reason: 'store changed' }])
  })

  test.each([
    ['is gone', fail('ERR_STORE_GONE'), 'store changed'],
    ['cannot be told', fail('ERR_BACKEND'), undefined],
  ])('when the identity of a store %s', async (_, behaviour, reason) => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.b.always('identity', behaviour)
    await scene.clock.advance(1_001)
    const error = await rejection(scene.pool[verb](cid))
    expect(error.code).toBe('ERR_UNAVAILABLE')
    expect(scene.pool.stats().backends.b.unhealthyReason).toBe(reason)
  })

  test('when the identity of a store is not told in time', async () => {
    const scene = await poolOf({ a: {}, b: { timeoutMs: 100 } })
    scene.on.b.always('identity', hang)
    await scene.clock.advance(1_001)
    const read = watched(scene.pool[verb](cid))
    await scene.clock.advance(50)
    expect(read.settled).toBe(false)
    await scene.clock.advance(100)
    expect(read.settled).toBe(true)
  })
})

describe('the identity of stores', () => {
  test('is asked at most once a second, and only before an absence is told', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(2))
    const asked = scene.on.a.count('identity')
    await scene.clock.advance(5_000)
    for (let i = 0; i < 10; i++) await scene.pool.get(block(2).cid)
    expect(scene.on.a.count('identity')).toBe(asked)
    for (let i = 0; i < 10; i++) await scene.pool.get(cid)
    expect(scene.on.a.count('identity')).toBe(asked + 1)
    await scene.clock.advance(1_001)
    for (let i = 0; i < 10; i++) await scene.pool.has(cid)
    expect(scene.on.a.count('identity')).toBe(asked + 2)
  })

  test('is asked once for many absences at once', async () => {
    const scene = await poolOf({ a: {} })
    const asked = scene.on.a.count('identity')
    await scene.clock.advance(5_000)
    await Promise.all(Array.from({ length: 50 }, (_, n) => scene.pool.has(block(100 + n).cid)))
    expect(scene.on.a.count('identity')).toBe(asked + 1)
  })

  test('a copy that was found needs none', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    scene.on.a.storeId = 'another'
    await scene.clock.advance(5_000)
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })
})

describe('an absence whose asking overlapped a put of that block', () => {
  test.each(VERBS)('%s: is asked again, after the put', async (verb) => {
    const scene = await poolOf({ a: {}, b: {} })
    const [late, written] = [new Gate(), new Gate()]
    scene.on.a.once(verb, late.after)
    scene.on.b.once(verb, late.after)
    const read = scene.pool[verb](cid)
    await flush()
    scene.on.a.once('put', written.before)
    const put = scene.pool.put(block(1))
    await flush()
    await late.open()
    await written.open()
    await put
    const found = await read
    expect(verb === 'get' ? same(found as Uint8Array, bytes) : found).toBe(true)
  })

  test('is asked again when the put has ended meanwhile', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const late = new Gate()
    scene.on.a.once('has', late.after)
    const read = scene.pool.has(cid)
    await flush()
    await scene.pool.put(block(1))
    await late.open()
    expect(await read).toBe(true)
  })

  test('can be given up while it waits for its turn', async () => {
    const scene = await poolOf({ a: {} })
    const written = new Gate()
    scene.on.a.once('put', written.before)
    const put = scene.pool.put(block(1))
    await flush()
    const controller = new AbortController()
    const read = rejection(scene.pool.has(cid, { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    expect(await read).toBe(controller.signal.reason)
    await written.open()
    await put
    await scene.pool.close()
  })
})

test('a backend that is added while the others are asked is asked too', async () => {
  const { pool, on } = await poolOf({ a: {}, b: {} })
  const gate = new Gate()
  on.a.once('has', gate.before)
  const asked = pool.has(block(1).cid)
  await pool.add('c', { backend: scripted() })
  await gate.open()
  expect(await asked).toBe(false)
})
