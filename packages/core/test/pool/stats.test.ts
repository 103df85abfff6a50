import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/random.ts'
import { block, blocks } from '../support/blocks.ts'
import { holders, poolOf, rejection } from '../support/pool.ts'
import { corruptAnswer, fail, Gate, hang } from '../support/scripted.ts'

const { cid } = block(1)
const COUNTS = ['operations', 'ok', 'missing', 'errors', 'aborted'] as const

describe('stats', () => {
  test('have every field of a backend, as configured and as measured', async () => {
    const scene = await poolOf({
      a: { capacityBytes: 1_000, costPerGb: 3, zone: 'x', durability: 'process', priority: 7, weight: 2 },
    })
    await scene.pool.put(block(1))
    await scene.pool.get(cid)
    expect(scene.pool.stats().backends.a).toEqual({
      id: 'a',
      type: 'scripted',
      traits: scene.on.a.traits,
      read: true,
      write: true,
      priority: 7,
      weight: 2,
      capacityBytes: 1_000,
      sizeThresholdBytes: 0,
      zone: 'x',
      costPerGb: 3,
      costPerMillionReads: 0,
      costPerMillionWrites: 0,
      costPerGbEgress: 0,
      concurrency: 16,
      timeoutMs: 10_000,
      healthy: true,
      unhealthyReason: undefined,
      breakers: { read: 'closed', write: 'closed' },
      lastHealthCheck: undefined,
      blocks: 1,
      usedBytes: 100,
      freeBytes: 900,
      inFlight: 0,
      readLatencyMs: 0,
      writeLatencyMs: 0,
      operations: 2,
      ok: 2,
      missing: 0,
      errors: 0,
      aborted: 0,
      reads: 1,
      bytesRead: 100,
      writes: 1,
      bytesWritten: 100,
      corrupt: 0,
    })
  })

  test('have every field of the pool: sums over its backends, and means where the name says so', async () => {
    const scene = await poolOf(
      { a: { capacityBytes: 1_000, costPerGb: 3 }, b: { capacityBytes: 500, costPerGb: 1 } },
      { copies: 2, writeQuorum: 'all' },
    )
    await scene.pool.put(block(1))
    const { backends, ...pool } = scene.pool.stats()
    expect(Object.keys(backends)).toEqual(['a', 'b'])
    expect(pool).toEqual({
      totalBackends: 2,
      healthyBackends: 2,
      capacityBytes: 1_500,
      usedBytes: 200,
      averageCostPerGb: 2,
      averageLatencyMs: 0,
      debts: 0,
      tombstones: 0,
      leastCopies: 2,
      hints: 1,
      failovers: 0,
      hedges: 0,
      repairs: 0,
      copies: 2,
      strategy: 'by-priority',
      durability: 'none',
      operations: 2,
      ok: 2,
      missing: 0,
      errors: 0,
      aborted: 0,
      reads: 0,
      bytesRead: 0,
      writes: 2,
      bytesWritten: 200,
      corrupt: 0,
    })
  })

  test('tell no capacity of the pool when a backend has no limit', async () => {
    const scene = await poolOf({ a: { capacityBytes: 1_000 }, b: {} })
    expect(scene.pool.stats().capacityBytes).toBeUndefined()
  })

  test('count each outcome in its place', async () => {
    const scene = await poolOf({ a: { timeoutMs: 100 } }, { repairsPerSecond: 0 })
    await scene.pool.put(block(1))
    await scene.pool.get(block(2).cid)
    scene.on.a.once('get', fail(), hang, corruptAnswer)
    await rejection(scene.pool.get(block(3).cid))
    const timedOut = rejection(scene.pool.get(block(4).cid))
    await scene.clock.advance(200)
    await timedOut
    await rejection(scene.pool.get(cid))
    expect(scene.pool.stats()).toMatchObject({
      operations: 5,
      ok: 1,
      missing: 1,
      errors: 3,
      aborted: 0,
      corrupt: 1,
    })
    expect(scene.pool.stats()).toMatchObject({ reads: 4, bytesRead: 0, writes: 1, bytesWritten: 100 })
  })

  test('count listings as operations', async () => {
    const scene = await poolOf({ a: {} })
    for await (const _ of scene.pool.list()) break
    scene.on.a.once('list', fail())
    await rejection(scene.pool.list()[Symbol.asyncIterator]().next())
    expect(scene.pool.stats()).toMatchObject({ operations: 2, ok: 1, errors: 1 })
  })

  test.each([1, 2, 3])('conserve through a random mix with faults, seed %d', async (seed) => {
    const uint32 = randomStream(seed)
    const timeoutMs = 300
    const members = {
      a: { timeoutMs, concurrency: 3 },
      b: { timeoutMs },
      c: { timeoutMs, capacityBytes: 900 },
    }
    const scene = await poolOf(members, { copies: 2 })
    for (const backend of Object.values(scene.on)) {
      for (const verb of ['get', 'put', 'has', 'delete', 'list'] as const) {
        backend.always(verb, (run, options) => {
          const draw = uint32() % 10
          return [fail(), fail('ERR_FULL'), hang, corruptAnswer][draw]?.(run, options) ?? run()
        })
      }
    }
    const under: Promise<unknown>[] = []
    for (let i = 0; i < 400; i++) {
      const one = block(uint32() % 20)
      const controller = new AbortController()
      const signal = uint32() % 4 === 0 ? controller.signal : undefined
      scene.clock.schedule(uint32() % 200, () => controller.abort())
      const verbs = [
        () => scene.pool.get(one.cid, { signal }),
        () => scene.pool.put(one, { signal }),
        () => scene.pool.has(one.cid, { signal }),
        () => scene.pool.delete(one.cid, { signal }),
        () => scene.pool.list({ signal })[Symbol.asyncIterator]().next(),
      ]
      under.push((verbs[uint32() % 5] as () => Promise<unknown>)().catch(() => {}))
      if (i % 20 === 0) await scene.clock.advance(uint32() % 100)
    }
    const settled = Promise.all([...under, scene.pool.settled()])
    await scene.clock.advance(60_000)
    await settled
    const stats = scene.pool.stats()
    for (const counts of [...Object.values(stats.backends), stats]) {
      expect(counts.operations).toBe(counts.ok + counts.missing + counts.errors + counts.aborted)
    }
    for (const count of COUNTS) {
      expect(Object.values(stats.backends).reduce((sum, backend) => sum + backend[count], 0)).toBe(
        stats[count],
      )
    }
    const asked = Object.values(scene.on).reduce(
      (sum, on) => sum + on.count('get', 'put', 'has', 'delete'),
      0,
    )
    expect(stats.operations).toBeGreaterThanOrEqual(asked)
  })
})

describe('used bytes', () => {
  test('move with every put and delete', async () => {
    const scene = await poolOf({ a: { without: ['usage'] } })
    for (const one of blocks(3)) await scene.pool.put(one)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 3, usedBytes: 300 })
    await scene.pool.put(block(1))
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 3, usedBytes: 300 })
    await scene.pool.delete(cid)
    await scene.pool.delete(cid)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 2, usedBytes: 200 })
  })

  test('are corrected from the measure of the backend soon after a delete', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1, 1_000))
    await scene.pool.put(block(2, 10))
    await scene.pool.delete(block(2, 10).cid)
    const measured = scene.on.a.count('usage')
    await scene.clock.advance(1_100)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 1_000 })
    expect(scene.on.a.count('usage')).toBe(measured + 1)
  })

  test('cost one measure for many deletes', async () => {
    const scene = await poolOf({ a: {} })
    for (const one of blocks(50)) await scene.pool.put(one)
    const measured = scene.on.a.count('usage')
    await Promise.all(blocks(50).map((one) => scene.pool.delete(one.cid)))
    await scene.clock.advance(5_000)
    expect(scene.on.a.count('usage')).toBe(measured + 1)
    expect(scene.pool.stats().usedBytes).toBe(0)
  })

  test('are corrected at a health check from what others have written', async () => {
    const scene = await poolOf({ a: {} })
    await scene.on.a.inner.put(block(1))
    await scene.clock.advance(30_000)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 100 })
  })

  test('do not lose a put that ended while they were measured', async () => {
    const scene = await poolOf({ a: { capacityBytes: 150 } })
    const gate = new Gate()
    scene.on.a.once('usage', gate.after)
    await scene.clock.advance(30_000)
    await scene.pool.put(block(1))
    await gate.open()
    expect((await rejection(scene.pool.put(block(2)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    await scene.clock.advance(1_100)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 100 })
  })

  test('grow with a copy that is made again where it had gone unseen', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2 })
    await scene.pool.put(block(1))
    await scene.on.a.inner.delete(cid)
    await scene.clock.advance(30_000)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 0, usedBytes: 0 })
    await scene.pool.scrub()
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 100 })
  })

  test('are measured when a copy of another size has been replaced', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2 })
    await scene.pool.put(block(1))
    await scene.on.a.inner.put({ cid, bytes: block(1).bytes.subarray(1) })
    await scene.clock.advance(30_000)
    expect(scene.pool.stats().backends.a.usedBytes).toBe(99)
    await scene.pool.get(cid)
    await scene.pool.settled()
    await scene.clock.advance(2_000)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 100 })
  })

  test('stay as they are when the backend cannot be measured', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    scene.on.a.always('usage', fail())
    await scene.clock.advance(60_000)
    expect(scene.pool.stats().backends.a).toMatchObject({ blocks: 1, usedBytes: 100, healthy: true })
  })
})
