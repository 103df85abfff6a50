import { expect, test } from 'vitest'
import { block } from '../support/blocks.ts'
import { ManualClock } from '../support/clock.ts'
import { poolOf, rejection, type Scene, watched } from '../support/pool.ts'
import { Gate, hang } from '../support/scripted.ts'

const { cid } = block(1)

/** How often each backend was asked whether it has a block. */
function asked(scene: Scene<'a' | 'b' | 'c'>): string {
  return [scene.on.a, scene.on.b, scene.on.c].map((backend) => backend.count('has')).join(' ')
}

test('those that do their work at once are asked last, when the others have sent their requests', async () => {
  const scene = await poolOf({ a: { synchronous: true }, b: {}, c: { synchronous: true } })
  const has = scene.pool.has(cid)
  expect(asked(scene)).toBe('0 1 0')
  await scene.clock.advance(0)
  expect(await has).toBe(false)
  expect(asked(scene)).toBe('1 1 1')
})

test('a get that has met no copy asks the rest so, too', async () => {
  const scene = await poolOf({ a: {}, b: { synchronous: true }, c: {} })
  const get = scene.pool.get(cid)
  await scene.clock.advance(0)
  expect(await get).toBeUndefined()
  expect(scene.on.b.count('get')).toBe(1)
})

test('nobody waits where all do their work at once, or none does', async () => {
  const all = { synchronous: true }
  for (const members of [
    { a: all, b: all, c: all },
    { a: {}, b: {}, c: {} },
  ]) {
    const scene = await poolOf(members)
    const has = scene.pool.has(cid)
    expect(asked(scene)).toBe('1 1 1')
    expect(await has).toBe(false)
  }
})

test('a clock that knows no turns has nobody wait', async () => {
  const clock = Object.assign(new ManualClock(), { immediate: undefined }) as unknown as ManualClock
  const scene = await poolOf({ a: { synchronous: true }, b: {}, c: {} }, { clock })
  const has = scene.pool.has(cid)
  expect(asked(scene)).toBe('1 1 1')
  expect(await has).toBe(false)
})

test('they are not asked when another one has answered meanwhile', async () => {
  const scene = await poolOf({ a: { synchronous: true }, b: {}, c: {} })
  await scene.on.b.inner.put(block(1))
  expect(await scene.pool.has(cid)).toBe(true)
  const settled = watched(scene.pool.settled())
  await scene.clock.advance(0)
  expect(settled.settled).toBe(true)
  expect(asked(scene)).toBe('0 1 1')
})

test('an absence waits for all of them', async () => {
  const scene = await poolOf({ a: { synchronous: true }, b: {}, c: { synchronous: true } })
  const gate = new Gate()
  scene.on.b.once('has', gate.before)
  const has = scene.pool.has(cid)
  await scene.clock.advance(0)
  expect(asked(scene)).toBe('1 1 1')
  await gate.open()
  expect(await has).toBe(false)
})

test('a caller that gives up before they were asked leaves nothing behind', async () => {
  const scene = await poolOf({ a: { synchronous: true }, b: {}, c: {} })
  scene.on.b.down(hang)
  const stop = new AbortController()
  const has = rejection(scene.pool.has(cid, { signal: stop.signal }))
  stop.abort(new Error('enough'))
  await scene.clock.advance(50)
  expect(await has).toMatchObject({ message: 'enough' })
  const closed = watched(scene.pool.close())
  await scene.clock.advance(50)
  expect(closed.settled).toBe(true)
})
