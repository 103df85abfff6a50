import { describe, expect, test } from 'vitest'
import { createPool, type PoolOptions, type StoragePool } from '../../src/index.ts'
import { block, blocks, same } from '../support/blocks.ts'
import { flush, ManualClock } from '../support/clock.ts'
import { rejection } from '../support/pool.ts'
import { fail, Gate, type Scripted, scripted } from '../support/scripted.ts'
import { SharedFile } from '../support/shared-journal.ts'

const { cid, bytes } = block(1)
const { bytes: multihash } = cid.multihash
const LONGEST_PUT_MS = 5_000

/** Two pools, as if in two processes, over the same backends and one journal. */
async function two(copies = 2, ofB: Partial<PoolOptions> = {}) {
  const clock = new ManualClock()
  const file = new SharedFile(clock, LONGEST_PUT_MS)
  const on = { x: scripted({ durability: 'power' }), y: scripted({ durability: 'power' }) }
  const open = async (seed: number, options: Partial<PoolOptions> = {}) => {
    const journal = file.open()
    const made = createPool({
      seed,
      clock,
      copies,
      journal,
      ...options,
      backends: { x: { backend: sameStore(on.x) }, y: { backend: sameStore(on.y) } },
    })
    await clock.advance(100)
    return { pool: await made, journal }
  }
  const a = await open(1)
  const b = await open(2, ofB)
  return { clock, file, on, a: a.pool, b: b.pool, journals: { a: a.journal, b: b.journal } }
}

/** Another driver of the same store: one that is closed does not close the other. */
function sameStore(backend: Scripted): Scripted {
  return new Proxy(backend, {
    get: (target, name) => {
      if (name === 'close') return async () => {}
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

type Two = Awaited<ReturnType<typeof two>>

/** Lets the work go on until it has ended. */
async function done<T>({ clock }: Two, work: Promise<T>): Promise<T> {
  let ended = false
  const settled = work.finally(() => {
    ended = true
  })
  settled.catch(() => {})
  for (let waited = 0; !ended && waited < 60_000; waited += 10) await clock.advance(10)
  return settled
}

async function holders({ on }: Two): Promise<string> {
  const held = await Promise.all([on.x.holds(cid), on.y.holds(cid)])
  return ['x', 'y'].filter((_, i) => held[i]).join(' ')
}

describe('a delete in one process', () => {
  test('hides the block in the other within journalLagMs, while a backend has not confirmed', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    scene.on.y.always('delete', fail('ERR_BACKEND'))
    await done(scene, scene.a.delete(cid))
    expect(await done(scene, scene.a.has(cid))).toBe(false)
    await scene.clock.advance(1_000)
    expect(await done(scene, scene.b.has(cid))).toBe(false)
    expect(await done(scene, scene.b.get(cid))).toBeUndefined()
  })

  test('is finished by the other when the first has died', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    scene.on.y.once('delete', fail('ERR_BACKEND'))
    await done(scene, scene.a.delete(cid))
    scene.journals.a.die()
    await scene.clock.advance(60_000)
    expect(await holders(scene)).toBe('')
    expect(scene.file.dues(multihash)).toEqual([])
  })

  test('is done again after the longest put: what a put of the other left behind is gone', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    await done(scene, scene.a.delete(cid))
    // As a put of a process that has died since would leave it.
    await scene.on.x.inner.put(block(1))
    await scene.clock.advance(LONGEST_PUT_MS + 20_000)
    expect(await holders(scene)).toBe('')
    expect(await done(scene, scene.b.has(cid))).toBe(false)
  })

  test('whose journal cannot be reached rejects, and deletes nothing', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    const shared = scene.journals.b.shared
    if (shared) shared.hold = () => Promise.reject(new Error('the journal is away'))
    await rejection(done(scene, scene.b.delete(cid)))
    expect(await holders(scene)).toBe('x y')
  })
})

describe('a put in one process', () => {
  test('that a delete in the other overlaps starts over, and the block is there', async () => {
    const scene = await two()
    const gate = new Gate()
    scene.on.y.once('put', gate.before)
    const put = scene.a.put(block(1))
    await scene.clock.advance(10)
    // X has the copy, and loses it again.
    await done(scene, scene.b.delete(cid))
    expect(await holders(scene)).toBe('')
    await gate.open()
    await done(scene, put)
    expect(await holders(scene)).toBe('x y')
    await scene.clock.advance(LONGEST_PUT_MS + 60_000)
    expect(await holders(scene)).toBe('x y')
    for (const pool of [scene.a, scene.b]) expect(same(await done(scene, pool.get(cid)), bytes)).toBe(true)
  })

  test('that begins before a delete is done again, and ends after it, starts over too', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    await done(scene, scene.b.delete(cid))
    await scene.clock.advance(LONGEST_PUT_MS - 200)
    const gate = new Gate()
    scene.on.y.once('put', gate.before)
    const put = scene.a.put(block(1))
    await scene.clock.advance(1_500)
    expect(scene.file.dues(multihash)).toEqual([])
    expect(await holders(scene)).toBe('')
    await gate.open()
    await done(scene, put)
    expect(await holders(scene)).toBe('x y')
  })

  test('lifts the tombstone of the other, and its delete is not done again', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    await done(scene, scene.a.delete(cid))
    await done(scene, scene.b.put(block(1)))
    expect(scene.file.dues(multihash).filter((due) => due.startsWith('delete:'))).toEqual([])
    expect(same(await done(scene, scene.b.get(cid)), bytes)).toBe(true)
    await scene.clock.advance(LONGEST_PUT_MS + 60_000)
    expect(await holders(scene)).toBe('x y')
    expect(await done(scene, scene.a.has(cid))).toBe(true)
  })

  test('over a tombstone is there for the other at once, not only when it hears of it', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    await done(scene, scene.a.delete(cid))
    await scene.clock.advance(1_000)
    await done(scene, scene.a.put(block(1)))
    expect(await done(scene, scene.b.has(cid))).toBe(true)
  })

  test('waits for a delete of the other that is still with a backend', async () => {
    const scene = await two()
    await done(scene, scene.a.put(block(1)))
    const gate = new Gate()
    scene.on.x.once('delete', gate.before)
    const deleted = scene.a.delete(cid)
    await scene.clock.advance(50)
    const put = scene.b.put(block(1))
    await scene.clock.advance(500)
    await gate.open()
    await done(scene, Promise.all([deleted, put]))
    await scene.clock.advance(LONGEST_PUT_MS + 60_000)
    expect(await holders(scene)).toBe('x y')
  })

  test('that finds no delete asks the journal once', async () => {
    const scene = await two()
    let looks = 0
    const { shared } = scene.journals.a
    if (!shared) throw new Error('the journal is shared')
    const { look } = shared
    shared.look = (key) => {
      looks++
      return look(key)
    }
    for (const one of blocks(10)) await done(scene, scene.a.put(one))
    expect(looks).toBe(10)
  })
})

test('copies that lack are made by one of the processes', async () => {
  const scene = await two()
  scene.on.y.once('put', fail('ERR_BACKEND'))
  await done(
    scene,
    scene.a.put(block(1)).catch(() => {}),
  )
  await scene.clock.advance(120_000)
  expect(await holders(scene)).toBe('x y')
  // The one that failed, and the one that did not.
  expect(scene.on.y.count('put')).toBe(2)
  expect(scene.file.dues(multihash)).toEqual([])
})

test('what is owed again is told again, though this process has not heard that it was paid', async () => {
  const scene = await two(2, { repairsPerSecond: 0 })
  const { shared } = scene.journals.b
  if (!shared) throw new Error('the journal is shared')
  shared.news = async () => []
  for (const time of ['first', 'second']) {
    await scene.on.y.inner.delete(cid)
    scene.on.y.once('put', fail('ERR_BACKEND'))
    await rejection(done(scene, scene.b.put(block(1))))
    await scene.clock.advance(60_000)
    expect(await holders(scene), time).toBe('x y')
  }
})

test('nothing is left behind by close', async () => {
  const scene = await two()
  await done(scene, scene.a.put(block(1)))
  await done(scene, scene.a.delete(cid))
  await done(scene, Promise.all([scene.a, scene.b].map((pool: StoragePool) => pool.close())))
  await flush()
  expect(scene.clock.scheduled).toBe(0)
})
