import { describe, expect, test } from 'vitest'
import { block, blocks, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection, watched } from '../support/pool.ts'
import { Gate, hang, scripted } from '../support/scripted.ts'

const MIB = 1024 * 1024

describe('calls in flight', () => {
  test('are at most `concurrency` for each backend; the others wait their turn', async () => {
    const scene = await poolOf({ a: { concurrency: 3 } })
    const gate = new Gate()
    let most = 0
    let now = 0
    scene.on.a.always('put', async (run) => {
      most = Math.max(most, ++now)
      await gate.before(run)
      now--
      return undefined as never
    })
    const puts = blocks(10).map((one) => scene.pool.put(one))
    await flush()
    expect(scene.pool.stats().backends.a.inFlight).toBe(3)
    await gate.open()
    await Promise.all(puts)
    expect(most).toBe(3)
    expect(scene.pool.stats().backends.a.inFlight).toBe(0)
  })

  test('come from the traits of the backend, unless the operator says otherwise', async () => {
    const backend = scripted({ concurrency: 7 })
    const scene = await poolOf({
      a: { backend },
      b: { backend: scripted({ concurrency: 7 }), concurrency: 2 },
      c: {},
    })
    const { a, b, c } = scene.pool.stats().backends
    expect([a.concurrency, b.concurrency, c.concurrency]).toEqual([7, 2, 16])
  })

  test('that wait are served first in, first out', async () => {
    const scene = await poolOf({ a: { concurrency: 1 } })
    const order: number[] = []
    await Promise.all(blocks(20).map((one, n) => scene.pool.put(one).then(() => order.push(n))))
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  test('that wait beyond their deadline fail as overloaded, without having been asked', async () => {
    const scene = await poolOf({ a: { concurrency: 1, timeoutMs: 500 }, b: {} })
    scene.on.a.once('get', hang)
    for (const n of [1, 2]) await scene.on.b.inner.put(block(n))
    const reads = [1, 2].map((n) => scene.pool.get(block(n).cid))
    await scene.clock.advance(600)
    for (const [i, read] of reads.entries()) expect(same(await read, block(i + 1).bytes)).toBe(true)
    expect(scene.on.a.count('get')).toBe(1)
    expect(scene.events.map((event) => 'error' in event && (event.error as { code: string }).code)).toEqual([
      'ERR_TIMEOUT',
      'ERR_OVERLOADED',
    ])
  })

  test('that wait are given up with their callers', async () => {
    const scene = await poolOf({ a: { concurrency: 1 } })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const first = scene.pool.put(block(1))
    const controller = new AbortController()
    const second = rejection(scene.pool.put(block(2), { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    expect(await second).toBe(controller.signal.reason)
    await gate.open()
    await first
    await scene.pool.settled()
    expect(scene.on.a.count('put')).toBe(1)
    expect(await holders(scene, block(2))).toBe('')
  })
})

describe('the queue of a backend', () => {
  test('is bounded in bytes: beyond 64 MiB a put goes elsewhere', async () => {
    const scene = await poolOf({ a: { concurrency: 1 }, b: {} })
    const gate = new Gate()
    scene.on.a.always('put', gate.before)
    const puts = Array.from({ length: 70 }, (_, n) => scene.pool.put(block(n, MIB)))
    await flush()
    expect(scene.on.b.count('put')).toBe(5)
    expect(scene.events[0]).toMatchObject({
      type: 'failover',
      backend: 'a',
      error: { code: 'ERR_OVERLOADED' },
    })
    await gate.open()
    await Promise.all(puts)
    expect(scene.on.a.count('put')).toBe(65)
  })

  test('forgets what has ended: a backend that hangs does not fill it for good', async () => {
    const scene = await poolOf({ a: { concurrency: 1, timeoutMs: 100 }, b: {} })
    scene.on.a.always('put', hang)
    for (let round = 0; round < 3; round++) {
      const puts = Array.from({ length: 64 }, (_, n) => scene.pool.put(block(round * 100 + n, MIB)))
      await scene.clock.advance(200)
      await Promise.all(puts)
    }
    expect(scene.on.a.count('put')).toBe(1)
    const waiting = watched(scene.pool.put(block(999, MIB)))
    await flush()
    expect(waiting.settled).toBe(false)
    await scene.clock.advance(200)
    expect(waiting.settled).toBe(true)
  })
})

describe('latency', () => {
  test('is measured and smoothed for each direction', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(40)
    await gate.open()
    await put
    const { a, b } = scene.pool.stats().backends
    expect(a.writeLatencyMs).toBe(40)
    expect(a.readLatencyMs).toBe(0)
    // Not measured yet: the median of the others.
    expect(b.writeLatencyMs).toBe(40)
  })

  test('leaves out calls that failed', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.failing())
    const put = scene.pool.put(block(1))
    await scene.clock.advance(40)
    await gate.open()
    await put
    expect(scene.pool.stats().backends.b.writeLatencyMs).toBe(0)
    expect(scene.pool.stats().backends.a.writeLatencyMs).toBe(0)
  })
})
