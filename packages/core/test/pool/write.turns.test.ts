import { describe, expect, test } from 'vitest'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection, watched } from '../support/pool.ts'
import { Gate, hang, untilAborted } from '../support/scripted.ts'

describe('concurrent puts of one block', () => {
  test('write it once', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2 })
    await Promise.all(Array.from({ length: 50 }, () => scene.pool.put(block(1))))
    await scene.pool.settled()
    expect([scene.on.a.count('put'), scene.on.b.count('put')]).toEqual([1, 1])
  })

  test('all fail with the error of the one', async () => {
    const scene = await poolOf({ a: {} })
    scene.on.a.down()
    const errors = await Promise.all([1, 2, 3].map(() => rejection(scene.pool.put(block(1)))))
    expect(new Set(errors).size).toBe(1)
  })

  test('each caller aborts alone, and the work goes on for the others', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const controller = new AbortController()
    const first = scene.pool.put(block(1), { signal: controller.signal })
    const second = watched(scene.pool.put(block(1)))
    await flush()
    const failed = rejection(first)
    controller.abort(new Error('mine'))
    await scene.clock.advance(50)
    expect(await failed).toBe(controller.signal.reason)
    expect(second.settled).toBe(false)
    await gate.open()
    expect(second.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a')
  })

  test('the work aborts when all callers have', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    let told = false
    scene.on.a.once('put', (run, options) => {
      const ended = untilAborted(run, options)
      options?.signal?.addEventListener('abort', () => {
        told = true
      })
      return ended
    })
    const controllers = [new AbortController(), new AbortController()]
    const puts = controllers.map(({ signal }) => rejection(scene.pool.put(block(1), { signal })))
    await flush()
    controllers[0]?.abort()
    await scene.clock.advance(50)
    expect(told).toBe(false)
    controllers[1]?.abort()
    await scene.clock.advance(50)
    expect(told).toBe(true)
    await Promise.all(puts)
    await scene.pool.settled()
    expect(scene.on.b.count('put')).toBe(0)
  })

  test('a put that joins with a signal is heard, though the first came without one', async () => {
    const scene = await poolOf({ a: {} })
    scene.on.a.once('put', hang)
    const first = watched(scene.pool.put(block(1)))
    const controller = new AbortController()
    const second = rejection(scene.pool.put(block(1), { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    expect(await second).toBe(controller.signal.reason)
    expect(first.settled).toBe(false)
  })
})

describe('changes of one block take turns', () => {
  test('put, delete and put end in the order in which they were called', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    const order: string[] = []
    const note = (what: string) => () => order.push(what)
    await Promise.all([
      scene.pool.put(block(1)).then(note('put')),
      scene.pool.delete(block(1).cid).then(note('delete')),
      scene.pool.put(block(1)).then(note('put again')),
    ])
    expect(order).toEqual(['put', 'delete', 'put again'])
    expect(scene.on.a.log.filter((verb) => verb === 'put' || verb === 'delete')).toEqual([
      'put',
      'delete',
      'put',
    ])
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('put and delete leave nothing', async () => {
    const scene = await poolOf({ a: {} })
    await Promise.all([scene.pool.put(block(1)), scene.pool.delete(block(1).cid)])
    expect(await holders(scene, block(1))).toBe('')
  })

  test('a delete waits for the put before it', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    const deleted = scene.pool.delete(block(1).cid)
    await flush()
    expect(scene.on.a.count('delete')).toBe(0)
    await gate.open()
    await Promise.all([put, deleted])
    expect(await holders(scene, block(1))).toBe('')
  })

  test('a put does not join one that a delete came after', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const done = [scene.pool.put(block(1)), scene.pool.delete(block(1).cid), scene.pool.put(block(1))]
    await gate.open()
    await Promise.all(done)
    expect(same(await scene.pool.get(block(1).cid), block(1).bytes)).toBe(true)
  })

  test('a change that is aborted while it waits never begins', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const controller = new AbortController()
    const put = scene.pool.put(block(1))
    const deleted = rejection(scene.pool.delete(block(1).cid, { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    expect(await deleted).toBe(controller.signal.reason)
    await gate.open()
    await put
    await scene.pool.settled()
    expect(scene.on.a.count('delete')).toBe(0)
    expect(await holders(scene, block(1))).toBe('a')
  })

  test('ten thousand of them that wait for one block, and fail at once, do not nest', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { minHealthy: 2 })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const { cid } = block(1)
    const changes: Promise<unknown>[] = [scene.pool.put(block(1))]
    for (let i = 0; i < 5_000; i++) changes.push(scene.pool.delete(cid), rejection(scene.pool.put(block(1))))
    await flush()
    scene.pool.setHealth('b', false)
    await gate.open()
    await Promise.all(changes)
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
  })
})
