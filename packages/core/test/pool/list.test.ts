import { describe, expect, test } from 'vitest'
import { block, blocks } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { listed, poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang, scripted } from '../support/scripted.ts'

const names = (...numbers: readonly number[]): string[] => numbers.map((n) => block(n).cid.toString()).sort()

async function collect(listing: AsyncIterable<unknown>, into: unknown[]): Promise<void> {
  for await (const cid of listing) into.push(cid)
}

describe('list', () => {
  test('yields each block once, whatever the number of its copies', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2, writeQuorum: 'all' })
    for (const one of blocks(20)) await scene.pool.put(one)
    await scene.on.c.inner.put(block(3))
    expect(await listed(scene.pool)).toEqual(names(...Array.from({ length: 20 }, (_, n) => n)))
  })

  test('asks the backends: hints are never the truth for it', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    await scene.on.a.inner.delete(block(1).cid)
    await scene.on.b.inner.put(block(2))
    expect(await listed(scene.pool)).toEqual(names(2))
  })

  test('of an empty pool is empty', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    expect(await listed(scene.pool)).toEqual([])
  })

  test('leaves out backends whose reads are off, healthy or not', async () => {
    const scene = await poolOf({ a: {}, b: { read: false } })
    await scene.on.b.inner.put(block(2))
    await scene.pool.put(block(1))
    expect(await listed(scene.pool)).toEqual(names(1))
    scene.pool.setHealth('b', false)
    expect(await listed(scene.pool)).toEqual(names(1))
  })

  test('is streamed: the first block comes before the last is known', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    scene.on.b.always('list', hang)
    for await (const cid of scene.pool.list()) {
      expect(cid.equals(block(1).cid)).toBe(true)
      break
    }
  })
})

describe('a backend that cannot be listed', () => {
  test.each(['at its start', 'after a block'])(
    '%s ends the list in an error, after the others',
    async (when) => {
      const scene = await poolOf({ a: {}, b: {} })
      for (const n of [1, 2]) await scene.on.a.inner.put(block(n))
      await scene.on.b.inner.put(block(3))
      if (when === 'at its start') scene.on.a.once('list', fail())
      else scene.on.a.once('list', (run) => run(), fail())
      const found: unknown[] = []
      const error = await rejection(collect(scene.pool.list(), found))
      expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { a: { outcome: 'permanent' } } })
      expect(found.length).toBe(when === 'at its start' ? 1 : 2)
    },
  )

  test('because it is unhealthy ends the list in an error', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    scene.pool.setHealth('b', false)
    const found: unknown[] = []
    const error = await rejection(collect(scene.pool.list(), found))
    expect(error).toMatchObject({
      code: 'ERR_UNAVAILABLE',
      outcomes: { b: { reason: 'set by the operator' } },
    })
    expect(found.length).toBe(1)
  })

  test('because it hangs ends the list at the deadline of the step', async () => {
    const scene = await poolOf({ a: { timeoutMs: 500 } })
    await scene.on.a.inner.put(block(1))
    scene.on.a.once('list', (run) => run(), hang)
    const list = rejection(collect(scene.pool.list(), []))
    await scene.clock.advance(600)
    expect(await list).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { a: { outcome: 'timeout' } } })
  })

  test('because its store is another ends the list in an error', async () => {
    const scene = await poolOf({ a: {} })
    scene.on.a.storeId = 'an empty mount point'
    await scene.clock.advance(1_001)
    expect((await rejection(collect(scene.pool.list(), []))).code).toBe('ERR_UNAVAILABLE')
  })

  test('is passed by with partial', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.on.b.inner.put(block(2))
    scene.on.a.always('list', fail())
    const found: unknown[] = []
    await collect(scene.pool.list({ partial: true }), found)
    expect(found.length).toBe(1)
  })
})

describe('a listing that ends early', () => {
  test('because its consumer stops closes the iterators of the backends', async () => {
    const scene = await poolOf({ a: {} })
    for (const one of blocks(10)) await scene.pool.put(one)
    for await (const _ of scene.pool.list()) break
    await flush()
    expect(scene.on.a.count('list')).toBeLessThanOrEqual(2)
    await scene.pool.close()
    expect(scene.clock.scheduled).toBe(0)
  })

  test('because it is aborted rejects with the reason, though the backend hangs', async () => {
    const scene = await poolOf({ a: {} })
    scene.on.a.once('list', hang)
    const controller = new AbortController()
    const list = rejection(collect(scene.pool.list({ signal: controller.signal, partial: true }), []))
    await flush()
    controller.abort(new Error('enough'))
    await scene.clock.advance(50)
    expect(await list).toBe(controller.signal.reason)
    expect(scene.pool.stats().backends.a).toMatchObject({ operations: 1, aborted: 1 })
  })

  test('with an aborted signal asks nobody', async () => {
    const scene = await poolOf({ a: {} })
    const signal = AbortSignal.abort(new Error('before'))
    expect(await rejection(collect(scene.pool.list({ signal }), []))).toBe(signal.reason)
    expect(scene.on.a.count('list')).toBe(0)
  })

  test('because the pool closes rejects, though the backend hangs', async () => {
    const scene = await poolOf({ a: {} })
    scene.on.a.once('list', hang)
    const list = rejection(collect(scene.pool.list(), []))
    await flush()
    await scene.pool.close()
    expect((await list).code).toBe('ERR_CLOSED')
    expect(scene.clock.scheduled).toBe(0)
  })
})

describe('a listing that overlaps a drain', () => {
  test('yields blocks that move from behind it to before it', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    for (const one of blocks(10)) await scene.on.b.inner.put(one)
    const found: unknown[] = []
    const gate = new Gate()
    scene.on.b.once('list', gate.before)
    const list = collect(scene.pool.list(), found)
    await flush()
    expect(found.length).toBe(0)
    await scene.pool.remove('b')
    await gate.open()
    await list
    expect(new Set(found.map(String)).size).toBe(10)
    expect(found.length).toBe(10)
  })

  test('yields a moved block once, though it was listed before it moved', async () => {
    const scene = await poolOf({ a: {} })
    for (const one of blocks(10)) await scene.pool.put(one)
    const found: unknown[] = []
    const gate = new Gate()
    scene.on.a.once(
      'list',
      (run) => run(),
      (run) => run(),
      gate.before,
    )
    const list = collect(scene.pool.list(), found)
    await flush()
    expect(found.length).toBe(2)
    await scene.pool.add('b', { backend: scripted() })
    const removed = scene.pool.remove('a')
    await gate.open()
    await Promise.all([list, removed])
    expect(new Set(found.map(String)).size).toBe(10)
    expect(found.length).toBe(10)
  })

  test('misses nothing when a block moves as the listing of its old place ends', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.on.b.inner.put(block(1))
    const deleted = new Gate()
    scene.on.b.once('delete', deleted.after)
    const listing = scene.pool.list()
    const waiting = new Gate()
    scene.on.b.once(
      'list',
      (run) => run(),
      (run) => run(),
      waiting.before,
    )
    const removed = watched(scene.pool.remove('b'))
    await flush()
    // The block has gone from b, which has not said so yet.
    const found: unknown[] = []
    const list = collect(listing, found)
    await flush()
    await waiting.open()
    await deleted.open()
    await list
    expect(removed.settled).toBe(true)
    expect(found.length).toBe(1)
  })
})

test('a block that was hidden when the listing began is not listed, though its delete is confirmed meanwhile', async () => {
  const { pool, on } = await poolOf({ a: {}, b: {} }, { copies: 2 })
  await pool.put(block(1))
  on.a.always('delete', fail('ERR_BACKEND', { retryable: true }))
  await pool.delete(block(1).cid)
  const gate = new Gate()
  on.a.once('list', gate.before)
  const listing = listed(pool)
  await flush()
  on.a.always('delete')
  await pool.delete(block(1).cid)
  expect(await on.a.holds(block(1).cid)).toBe(false)
  gate.open()
  expect(await listing).toEqual([])
})
