import { describe, expect, test } from 'vitest'
import { block, blocks, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection } from '../support/pool.ts'
import { fail, Gate, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)
/** Copies on all backends. */
const everywhere = {
  type: 'all',
  stable: true,
  rank: <C>(_: unknown, c: readonly C[]) => c,
  copies: () => 'all' as const,
}

describe('remove', () => {
  test('reports that the close of a backend failed: it is detached all the same', async () => {
    const { pool, on } = await poolOf({ a: {}, b: {} })
    on.a.always('close', fail('ERR_BACKEND'))
    const report = await pool.remove('a')
    expect(report).toMatchObject({ complete: true, closeError: { code: 'ERR_BACKEND' } })
    expect(pool.stats().totalBackends).toBe(1)
  })

  test('moves every block, empties the backend, detaches and closes it', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    for (const one of blocks(10)) await scene.pool.put(one)
    const report = await scene.pool.remove('a')
    expect(report).toEqual({ moved: 10, movedBytes: 1_000, atRisk: 0, atRiskCids: [], complete: true })
    for (const one of blocks(10)) {
      expect(same(await scene.pool.get(one.cid), one.bytes)).toBe(true)
      expect(await holders(scene, one)).toBe('b')
    }
    expect(scene.on.a.isOpen).toBe(false)
    expect(scene.pool.stats().totalBackends).toBe(1)
    expect(scene.events.at(-1)).toEqual({ type: 'removed', backend: 'a' })
  })

  test('keeps the number of copies', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2, writeQuorum: 'all' })
    for (const one of blocks(10)) await scene.pool.put(one)
    const report = await scene.pool.remove('a')
    expect(report.moved).toBe(10)
    for (const one of blocks(10)) expect(await holders(scene, one)).toBe('b c')
  })

  test('copies no block that has its copies elsewhere', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2 })
    for (const backend of Object.values(scene.on)) await backend.inner.put(block(1))
    expect(await scene.pool.remove('a')).toMatchObject({ moved: 0, movedBytes: 0 })
    expect(await holders(scene, block(1))).toBe('b c')
  })

  test('puts no copies where they would not count', async () => {
    const scene = await poolOf({ a: {}, b: { read: false }, c: {} })
    await scene.pool.put(block(1))
    await scene.pool.remove('a')
    expect(await scene.on.c.holds(cid)).toBe(true)
    scene.pool.configure('b', { read: true })
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test("with copies 'all' leaves blocks with fewer copies than before, and the pool knows it", async () => {
    const { pool, on } = await poolOf({ a: {}, b: {}, c: {} }, { strategy: everywhere, copies: 3 })
    await pool.put(block(1))
    expect(pool.stats().leastCopies).toBe(2)
    await pool.remove('a')
    await pool.remove('b')
    expect(pool.stats().leastCopies).toBe(1)
    await pool.add('d', { backend: scripted() })
    on.c.always('has', fail('ERR_BACKEND'))
    expect((await rejection(pool.has(cid))).code).toBe('ERR_UNAVAILABLE')
  })

  test("with copies 'all' counts the backends that stay", async () => {
    const scene = await poolOf({ a: {}, b: {} }, { strategy: everywhere, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.pool.remove('a')
    expect(await holders(scene, block(1))).toBe('b')
  })

  test('waits for a put of a block that is still with its driver, and does not bring it back', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    scene.on.a.once('has', fail('ERR_BACKEND'))
    const put = scene.pool.put(block(1))
    await scene.clock.advance(1_100)
    await put
    await scene.pool.delete(cid)
    const removed = scene.pool.remove('a')
    await flush()
    await gate.open()
    await scene.clock.advance(5_000)
    await removed
    expect(await holders(scene, block(1))).toBe('')
    expect(await scene.pool.has(cid)).toBe(false)
  })

  test('writes nothing new there meanwhile, and reads on', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('list', gate.before)
    const removed = scene.pool.remove('a')
    await flush()
    await scene.pool.put(block(2))
    expect(await holders(scene, block(2))).toBe('b')
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.pool.explain({ op: 'write', cid })).toContainEqual({
      backend: 'a',
      target: false,
      reason: 'draining',
    })
    await gate.open()
    await removed
  })

  test('a put of a block that is only there makes a copy elsewhere', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('list', gate.before)
    const removed = scene.pool.remove('a', { force: true })
    await flush()
    await scene.pool.put(block(1))
    await gate.open()
    await removed
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test.each([{ force: false }, { force: true }])(
    'waits for puts that are under way there, %o',
    async (options) => {
      const scene = await poolOf({ a: {}, b: {} })
      const gate = new Gate()
      scene.on.a.once('put', gate.before)
      const put = scene.pool.put(block(1))
      await flush()
      const removed = scene.pool.remove('a', options)
      await flush()
      await gate.open()
      await put
      const report = await removed
      expect(options.force ? report.atRisk : report.moved).toBe(1)
      if (!options.force) expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    },
  )

  test('a put that was planned before it began does not fail over to it', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.failing())
    const put = scene.pool.put(block(1))
    await flush()
    await scene.pool.remove('b')
    await gate.open()
    await put
    expect(await holders(scene, block(1))).toBe('c')
  })

  test('does not rely on a copy of a backend that is being removed, too', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} })
    for (const backend of [scene.on.a, scene.on.b]) await backend.inner.put(block(1))
    const gate = new Gate()
    scene.on.b.once('list', (run) => run(), gate.before)
    const forced = scene.pool.remove('b', { force: true })
    await flush()
    await scene.pool.remove('a')
    await gate.open()
    await forced
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('a second time at once is refused, and does not bring the backend back into service', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.a.once('list', gate.before)
    const removed = scene.pool.remove('a')
    await flush()
    expect((await rejection(scene.pool.remove('a'))).code).toBe('ERR_DRAIN_INCOMPLETE')
    await scene.pool.put(block(1))
    await gate.open()
    await removed
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('a deleted block is not moved', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('list', gate.after)
    const removed = scene.pool.remove('a')
    await flush()
    await scene.pool.delete(cid)
    await gate.open()
    expect((await removed).moved).toBe(0)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('a deleted block that still stands there is not moved either', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    // The delete, and the first time that it is tried again.
    scene.on.a.once('delete', fail('ERR_BACKEND'), fail('ERR_BACKEND'))
    await scene.pool.delete(cid)
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a')
    await scene.pool.remove('a')
    expect(await holders(scene, block(1))).toBe('')
    expect(scene.on.b.count('put')).toBe(0)
  })

  test('a corrupt copy does not hold it up when good ones stand elsewhere', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 1 })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    await scene.on.a.corrupt(cid)
    await scene.pool.remove('a')
    expect(scene.eventTypes()).toEqual(['corrupt', 'removed'])
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })
})

describe('a drain that cannot be finished', () => {
  const reasons = [
    ['a block finds no other backend', (on: On) => on.b.always('put', fail('ERR_FULL'))],
    ['a block cannot be read', (on: On) => on.a.always('get', fail())],
    ['a block cannot be deleted', (on: On) => on.a.always('delete', fail())],
    ['the backend cannot be listed', (on: On) => on.a.always('list', fail())],
    ['the only copy is corrupt', (on: On) => on.a.corrupt(cid)],
  ] as const
  type On = Awaited<ReturnType<typeof two>>['on']
  const two = () => poolOf({ a: {}, b: {} })

  test.each(reasons)('because %s rejects, and the backend stays in service', async (_, spoil) => {
    const scene = await two()
    await scene.pool.put(block(1))
    await spoil(scene.on)
    expect((await rejection(scene.pool.remove('a'))).code).toBe('ERR_DRAIN_INCOMPLETE')
    expect(scene.pool.stats().totalBackends).toBe(2)
    expect(scene.on.a.isOpen).toBe(true)
    await scene.pool.put(block(2))
    expect(await scene.on.a.holds(block(2).cid)).toBe(true)
  })

  test('because the store is another rejects: its empty list says nothing', async () => {
    const scene = await two()
    scene.on.a.storeId = 'an empty mount point'
    await scene.clock.advance(1_001)
    expect((await rejection(scene.pool.remove('a'))).code).toBe('ERR_DRAIN_INCOMPLETE')
  })

  test('because the backend hangs rejects at the deadline', async () => {
    const scene = await poolOf({ a: { timeoutMs: 500 }, b: {} })
    scene.on.a.always('list', hang)
    const removed = rejection(scene.pool.remove('a'))
    await scene.clock.advance(600)
    expect((await removed).code).toBe('ERR_DRAIN_INCOMPLETE')
  })

  test('because it was aborted rejects at once, though the backend hangs, and loses nothing', async () => {
    const scene = await two()
    await scene.pool.put(block(1))
    scene.on.a.once('list', hang)
    const controller = new AbortController()
    const removed = rejection(scene.pool.remove('a', { signal: controller.signal }))
    await flush()
    controller.abort(new Error('not today'))
    expect(await removed).toBe(controller.signal.reason)
    await scene.clock.advance(50)
    await scene.pool.put(block(2))
    expect(await holders(scene, block(2))).toBe('a')
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('keeps what was moved', async () => {
    const scene = await poolOf({ a: {}, b: { capacityBytes: 500 } })
    for (const one of blocks(10)) await scene.pool.put(one)
    expect((await rejection(scene.pool.remove('a'))).code).toBe('ERR_DRAIN_INCOMPLETE')
    for (const one of blocks(10)) expect(same(await scene.pool.get(one.cid), one.bytes)).toBe(true)
    expect(scene.pool.stats().backends.b.blocks).toBe(5)
  })
})

describe('remove with force', () => {
  test('leaves an absence certain at every moment, while the others answer', async () => {
    const lasting = { durability: 'power' } as const
    const options = { copies: 2, writeQuorum: 'all' } as const
    const scene = await poolOf({ a: lasting, b: lasting, c: lasting }, options)
    scene.on.a.always('has', fail('ERR_BACKEND'))
    let asked: Promise<boolean>[] = []
    let done = false
    const removed = scene.pool.remove('a', { force: true }).finally(() => {
      done = true
    })
    while (!done) {
      asked = [...asked, scene.pool.has(cid)]
      await Promise.resolve()
    }
    await removed
    expect(new Set(await Promise.all(asked))).toEqual(new Set([false]))
  })

  test('lowers the fewest copies that a block can have by one, and not under one', async () => {
    const { pool } = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    const told = [pool.stats().leastCopies]
    for (const id of ['a', 'b'] as const) {
      await pool.remove(id, { force: true })
      told.push(pool.stats().leastCopies)
    }
    expect(told).toEqual([2, 1, 1])
  })

  test('detaches at once and names the blocks that no other backend holds', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    for (const one of blocks(3)) await scene.pool.put(one)
    await scene.on.b.inner.put(block(1))
    const report = await scene.pool.remove('a', { force: true })
    expect(report).toMatchObject({ moved: 0, atRisk: 2, complete: true })
    expect(report.atRiskCids.map(String).sort()).toEqual(
      [block(0), block(2)].map((b) => b.cid.toString()).sort(),
    )
    expect(scene.pool.stats().totalBackends).toBe(1)
    expect(await scene.on.a.holds(block(2).cid)).toBe(true)
  })

  test.each([
    ['cannot be listed', fail(), 0],
    ['hangs', hang, 600],
  ])('of a backend that %s says that the report is not complete', async (_, behaviour, ms) => {
    const scene = await poolOf({ a: { timeoutMs: 500 }, b: {} })
    scene.on.a.always('list', behaviour)
    const removed = scene.pool.remove('a', { force: true })
    await scene.clock.advance(ms)
    expect(await removed).toMatchObject({ atRisk: 0, complete: false })
    expect(scene.pool.stats().totalBackends).toBe(1)
  })

  test('of a store that is another says that the report is not complete', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    scene.on.a.storeId = 'an empty mount point'
    await scene.clock.advance(1_001)
    expect(await scene.pool.remove('a', { force: true })).toMatchObject({ complete: false })
  })
})

test('an id that is not there is an error', async () => {
  const scene = await poolOf({ a: {}, b: {} })
  expect((await rejection(scene.pool.remove('x' as 'a'))).code).toBe('ERR_UNKNOWN_BACKEND')
  await scene.pool.remove('a')
  expect((await rejection(scene.pool.remove('a'))).code).toBe('ERR_UNKNOWN_BACKEND')
})

test('a location that was removed is not asked any more, also when its id is used again', async () => {
  const scene = await poolOf({ a: {}, b: {} })
  await scene.pool.put(block(1))
  await scene.pool.remove('a')
  const fresh = scripted()
  await scene.pool.add('a', { backend: fresh })
  expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  expect(fresh.count('get')).toBe(0)
  expect(scene.on.a.count('get')).toBe(1)
})
