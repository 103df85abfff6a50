import { describe, expect, test } from 'vitest'
import { createPool } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { poolOf, rejection, watched } from '../support/pool.ts'
import { Gate, hang, scripted, untilAborted } from '../support/scripted.ts'

const { cid, bytes } = block(1)

type Scene = Awaited<ReturnType<typeof hanging>>
const hanging = async () => {
  const scene = await poolOf({ a: {}, b: {} })
  for (const backend of Object.values(scene.on)) backend.down(hang)
  return scene
}

const VERBS = {
  get: ({ pool }: Scene, signal: AbortSignal) => pool.get(cid, { signal }),
  has: ({ pool }: Scene, signal: AbortSignal) => pool.has(cid, { signal }),
  put: ({ pool }: Scene, signal: AbortSignal) => pool.put(block(1), { signal }),
  delete: ({ pool }: Scene, signal: AbortSignal) => pool.delete(cid, { signal }),
  list: ({ pool }: Scene, signal: AbortSignal) => pool.list({ signal })[Symbol.asyncIterator]().next(),
  locate: ({ pool }: Scene, signal: AbortSignal) => pool.locate(cid, { signal }),
  remove: ({ pool }: Scene, signal: AbortSignal) => pool.remove('a', { signal }),
} satisfies Record<string, (scene: Scene, signal: AbortSignal) => Promise<unknown>>

describe.each(Object.entries(VERBS))('%s', (_, verb) => {
  test('rejects within 50 ms of an abort with its reason, though the backends hang', async () => {
    const scene = await hanging()
    const controller = new AbortController()
    const operation = verb(scene, controller.signal)
    const error = rejection(operation)
    const state = watched(operation)
    await scene.clock.advance(60)
    expect(state.settled).toBe(false)
    controller.abort(new Error('enough'))
    await scene.clock.advance(50)
    expect(state.settled).toBe(true)
    expect(await error).toBe(controller.signal.reason)
  })

  test('with an aborted signal has no effect on any store', async () => {
    const scene = await hanging()
    const before = [scene.on.a.log.length, scene.on.b.log.length]
    const signal = AbortSignal.abort(new Error('before'))
    expect(await rejection(verb(scene, signal))).toBe(signal.reason)
    await flush()
    expect([scene.on.a.log.length, scene.on.b.log.length]).toEqual(before)
  })
})

describe.each(['get', 'has', 'put', 'delete'] as const)('%s', (verb) => {
  test('tells the driver of the abort', async () => {
    const scene = await poolOf({ a: {} })
    let reason: unknown
    scene.on.a.always(verb, (run, options) =>
      untilAborted(run, options).catch((error) => {
        reason = error
        throw error
      }),
    )
    const controller = new AbortController()
    const operation = rejection(VERBS[verb](scene as never, controller.signal))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    await operation
    expect(reason).toMatchObject({ name: 'AbortError' })
    expect(scene.pool.stats().backends.a).toMatchObject({ aborted: 1 })
  })

  test('gives the driver a signal that is aborted at its deadline', async () => {
    const scene = await poolOf({ a: { timeoutMs: 500 } })
    let signal: AbortSignal | undefined
    scene.on.a.always(verb, (_run, options) => {
      signal = options?.signal
      return new Promise(() => {})
    })
    const operation = watched(VERBS[verb](scene as never, new AbortController().signal))
    await scene.clock.advance(450)
    expect(signal?.aborted).toBe(false)
    await scene.clock.advance(150)
    expect(signal?.aborted).toBe(true)
    expect(operation.settled).toBe(true)
  })
})

test('an abort after the answer changes nothing', async () => {
  const scene = await poolOf({ a: {} })
  const controller = new AbortController()
  await scene.pool.put(block(1), { signal: controller.signal })
  controller.abort()
  await scene.clock.advance(100)
  expect(same(await scene.pool.get(cid), bytes)).toBe(true)
})

test('an aborted read does not keep its place in the backend, when the driver has let go', async () => {
  const scene = await poolOf({ a: { lateEffects: true, concurrency: 1 } })
  await scene.pool.put(block(1))
  scene.on.a.once('get', untilAborted)
  const controller = new AbortController()
  const aborted = rejection(scene.pool.get(cid, { signal: controller.signal }))
  await flush()
  controller.abort()
  await scene.clock.advance(50)
  await aborted
  expect(scene.pool.stats().backends.a.inFlight).toBe(0)
  expect(same(await scene.pool.get(cid), bytes)).toBe(true)
})

describe('on the clock of the machine', () => {
  test('an abort is noticed in time, and nothing keeps the process alive after close', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const a = scripted()
    const pool = await createPool({ backends: { a: { backend: a, timeoutMs: 60_000 } } })
    a.always('get', hang)
    const controller = new AbortController()
    const operation = rejection(pool.get(cid, { signal: controller.signal }))
    await flush()
    const abortedAt = performance.now()
    controller.abort()
    await operation
    expect(performance.now() - abortedAt).toBeLessThan(250)
    await pool.close()
    expect(timers()).toBeLessThanOrEqual(before)
  })
})

describe('after close no timer is left', () => {
  test('though a driver answers a call that was given up', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000, lateEffects: true } })
    const gate = new Gate()
    scene.on.a.once('put', gate.failing())
    const put = rejection(scene.pool.put(block(1)))
    await scene.clock.advance(1_100)
    await put
    await scene.pool.close()
    await gate.open()
    expect(scene.clock.scheduled).toBe(0)
  })

  test.each(['get', 'has', 'put', 'delete', 'list', 'ping', 'identity', 'usage'] as const)(
    'though %s hangs',
    async (verb) => {
      const scene = await poolOf(
        { a: { timeoutMs: 1_000, lateEffects: true }, b: {} },
        { healthIntervalMs: 100 },
      )
      await scene.pool.put(block(2))
      await scene.pool.delete(block(2).cid)
      scene.on.a.always(verb, hang)
      const under = [
        scene.pool.put(block(1)),
        scene.pool.get(block(3).cid),
        scene.pool.has(block(4).cid),
        scene.pool.delete(block(5).cid),
        scene.pool.list()[Symbol.asyncIterator]().next(),
      ].map((operation) => operation.catch(() => {}))
      await scene.clock.advance(150)
      const closed = watched(scene.pool.close())
      await scene.clock.advance(2_100)
      expect(closed.settled).toBe(true)
      expect(scene.clock.scheduled).toBe(0)
      await Promise.all(under)
    },
  )
})
