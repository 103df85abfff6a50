import { describe, expect, expectTypeOf, test } from 'vitest'
import { createPool, type Journal, memory, memoryJournal, type StoragePool } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { flush, ManualClock } from '../support/clock.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang, type Scripted, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)

describe('open', () => {
  test('takes backends into service, measured', async () => {
    const a = scripted()
    await a.inner.put(block(1))
    const pool = await createPool({ backends: { a: { backend: a } }, clock: new ManualClock() })
    await flush()
    expect(pool.stats().backends.a).toMatchObject({ healthy: true, blocks: 1, usedBytes: 100 })
    await pool.close()
  })

  test('a backend that cannot open leaves the pool degraded, and comes into service at a later check', async () => {
    const b = scripted()
    b.once('open', fail('ERR_BACKEND'))
    const scene = await poolOf({ a: {}, b: { backend: b } }, { healthIntervalMs: 1_000 })
    expect(scene.pool.stats().backends.b).toMatchObject({ healthy: false, unhealthyReason: 'not open' })
    expect((await rejection(scene.pool.has(cid))).code).toBe('ERR_UNAVAILABLE')
    await scene.clock.advance(1_000)
    expect(scene.pool.stats().backends.b.healthy).toBe(true)
    expect(scene.events).toMatchObject([{ type: 'healthy', backend: 'b' }])
    expect(await scene.pool.has(cid)).toBe(false)
  })

  test('a backend whose open hangs is given up at its deadline, and closed if it opens later', async () => {
    const clock = new ManualClock()
    const [a, b] = [scripted(), scripted()]
    const gate = new Gate()
    b.always('open', gate.before)
    const backends = { a: { backend: a }, b: { backend: b, timeoutMs: 500 } }
    const opening = createPool({ backends, clock })
    await clock.advance(600)
    const pool = await opening
    expect(pool.stats().healthyBackends).toBe(1)
    await gate.open()
    expect(b.isOpen).toBe(false)
    await pool.close()
  })

  test('with fewer than minHealthy rejects with the cause, and everything is closed again', async () => {
    const [a, b, c] = [scripted(), scripted(), scripted()]
    b.always('open', fail('ERR_STORE_INVALID'))
    c.always('identity', fail('ERR_BACKEND'))
    const clock = new ManualClock()
    const backends = { a: { backend: a }, b: { backend: b }, c: { backend: c } }
    const error = await rejection(createPool({ backends, clock, minHealthy: 2 }))
    expect(error.code).toBe('ERR_NOT_ENOUGH_BACKENDS')
    expect(error.outcomes).toMatchObject({ b: { error: { code: 'ERR_STORE_INVALID' } }, c: {} })
    expect(error.cause).toMatchObject({ name: 'PoolError' })
    expect([a.isOpen, b.isOpen, c.isOpen]).toEqual([false, false, false])
    expect(clock.scheduled).toBe(0)
  })

  test('with no backend at all there is a pool, to which backends can be added', async () => {
    const pool = await createPool({ backends: {}, minHealthy: 0, clock: new ManualClock() })
    expect((await rejection(pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    await pool.add('a', { backend: memory() })
    await pool.put(block(1))
    expect(await pool.has(cid)).toBe(true)
    await pool.close()
  })

  test('again after close works, on the same stores', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    await scene.pool.close()
    await scene.pool.open()
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('again on a store that is another leaves that backend out of service, if it should have lasted', async () => {
    const scene = await poolOf({ a: { durability: 'process' }, b: {} })
    await scene.pool.close()
    scene.on.a.storeId = 'another'
    await scene.pool.open()
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('store changed')
    expect((await rejection(scene.pool.has(cid))).code).toBe('ERR_UNAVAILABLE')
  })
})

describe('close', () => {
  test('refuses every verb afterwards, and is idempotent', async () => {
    const scene = await poolOf({ a: {} })
    await Promise.all([scene.pool.close(), scene.pool.close()])
    await scene.pool.close()
    const verbs = [
      () => scene.pool.get(cid),
      () => scene.pool.has(cid),
      () => scene.pool.put(block(1)),
      () => scene.pool.delete(cid),
      () => scene.pool.list()[Symbol.asyncIterator]().next(),
      () => scene.pool.usage(),
      () => scene.pool.ping(),
      () => scene.pool.locate(cid),
      () => scene.pool.add('b', { backend: memory() }),
      () => scene.pool.remove('a'),
    ]
    for (const verb of verbs) expect((await rejection(verb() as Promise<unknown>)).code).toBe('ERR_CLOSED')
    expect(scene.on.a.count('close')).toBe(1)
  })

  test('waits for operations that are under way', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    await flush()
    const closed = watched(scene.pool.close())
    await flush()
    expect(closed.settled).toBe(false)
    expect((await rejection(scene.pool.get(cid))).code).toBe('ERR_CLOSED')
    await gate.open()
    await put
    expect(closed.settled).toBe(true)
    expect(await scene.on.a.holds(cid)).toBe(true)
  })

  test('rejects with what a backend rejects with, closes the others, and can be tried again', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.once('close', fail('ERR_BACKEND'))
    expect((await rejection(scene.pool.close())).code).toBe('ERR_BACKEND')
    expect(scene.on.b.isOpen).toBe(false)
    await scene.pool.close()
    await scene.pool.open()
    await scene.pool.put(block(1))
  })

  test('of a backend whose close hangs is told at the deadline, and the others are closed', async () => {
    const { pool, on, clock } = await poolOf({ a: { timeoutMs: 500 }, b: {} })
    on.a.always('close', hang)
    const closed = rejection(pool.close())
    await clock.advance(600)
    expect((await closed).code).toBe('ERR_TIMEOUT')
    expect(on.b.count('close')).toBe(1)
    expect(clock.scheduled).toBe(0)
  })

  test('with a journal that cannot be written rejects, and closes the journal and the backends', async () => {
    let refuses = false
    let closed = 0
    const journal: Journal = {
      ...memoryJournal(),
      write: async () => {
        if (refuses) throw new Error('the journal is full')
      },
      close: async () => {
        closed++
      },
    }
    const { pool, on } = await poolOf({ a: {} }, { journal })
    refuses = true
    await expect(pool.close()).rejects.toThrow('the journal is full')
    expect(closed).toBe(1)
    expect(on.a.count('close')).toBe(1)
    expect((await rejection(pool.get(cid))).code).toBe('ERR_CLOSED')
  })

  test('is what `await using` does', async () => {
    const a = scripted()
    {
      await using pool = await createPool({ backends: { a: { backend: a } } })
      await pool.put(block(1))
      expect(a.isOpen).toBe(true)
    }
    expect(a.isOpen).toBe(false)
  })
})

describe('add', () => {
  test('attaches and opens one more backend', async () => {
    const scene = await poolOf({ a: { capacityBytes: 0 } })
    const b = scripted()
    await scene.pool.add('b', { backend: b, priority: 500 })
    await scene.pool.put(block(1))
    expect(await b.holds(cid)).toBe(true)
    expect(scene.events).toContainEqual({ type: 'added', backend: 'b' })
  })

  async function fill(count: number): Promise<Scripted> {
    const backend = scripted()
    for (let n = 0; n < count; n++) await backend.inner.put(block(n))
    return backend
  }

  test.each([
    ['an id that is taken', 'ERR_BACKEND_EXISTS', 'a', 0],
    ['a backend that holds blocks', 'ERR_BACKEND_NOT_EMPTY', 'b', 1],
  ])('refuses %s with %s', async (_, code, id, count) => {
    const scene = await poolOf({ a: {} })
    const backend = await fill(count)
    expect((await rejection(scene.pool.add(id, { backend }))).code).toBe(code)
    expect(backend.isOpen).toBe(false)
    expect(scene.pool.stats().totalBackends).toBe(1)
  })

  test('adopts the blocks that a backend holds when it is told so', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.add('b', { backend: await fill(3) }, { adopt: true })
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.pool.stats()).toMatchObject({ totalBackends: 2 })
  })

  test('refuses the second of two with one id at once, and closes it', async () => {
    const scene = await poolOf({ a: {} })
    const two = [scripted(), scripted()]
    const results = await Promise.allSettled(two.map((backend) => scene.pool.add('b', { backend })))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(two.map(({ isOpen }) => isOpen).sort()).toEqual([false, true])
  })

  test('of a backend that cannot open rejects with its error', async () => {
    const scene = await poolOf({ a: {} })
    const backend = scripted()
    backend.always('open', fail('ERR_STORE_INVALID'))
    expect((await rejection(scene.pool.add('b', { backend }))).code).toBe('ERR_STORE_INVALID')
    expect(scene.pool.stats().totalBackends).toBe(1)
  })

  test('of a backend whose list hangs rejects at the deadline', async () => {
    const scene = await poolOf({ a: {} })
    const backend = scripted()
    backend.always('list', hang)
    const added = rejection(scene.pool.add('b', { backend, timeoutMs: 500 }))
    await scene.clock.advance(600)
    expect((await added).code).toBe('ERR_TIMEOUT')
    expect(backend.isOpen).toBe(false)
  })

  test('that the pool is closed under rejects and closes the backend', async () => {
    const scene = await poolOf({ a: {} })
    const backend = scripted()
    const gate = new Gate()
    backend.always('list', gate.before)
    const added = rejection(scene.pool.add('b', { backend }))
    await flush()
    await scene.pool.close()
    await gate.open()
    await added
    expect(backend.isOpen).toBe(false)
    expect(scene.pool.stats().totalBackends).toBe(1)
  })
})

describe('ids', () => {
  test('are inferred from the options', async () => {
    const pool = await createPool({ backends: { hot: { backend: memory() }, cold: { backend: memory() } } })
    expectTypeOf(pool).toEqualTypeOf<StoragePool<'hot' | 'cold'>>()
    expectTypeOf(pool.configure).parameter(0).toEqualTypeOf<'hot' | 'cold'>()
    expectTypeOf(pool.stats().backends).toHaveProperty('hot')
    expectTypeOf(pool.stats().backends).not.toHaveProperty('warm')
    expectTypeOf<Awaited<ReturnType<typeof pool.locate>>[number]['backend']>().toEqualTypeOf<'hot' | 'cold'>()
    await pool.close()
  })
})
