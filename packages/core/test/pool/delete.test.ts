import { describe, expect, test } from 'vitest'
import { type JournalChange, memoryJournal } from '../../src/state/journal.ts'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, listed, poolOf, rejection, watched } from '../support/pool.ts'
import { fail, failAfter, Gate, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)
const down = fail('ERR_BACKEND', { retryable: true })

describe('delete', () => {
  test('reaches every attached backend, hinted or not, readable, writable and healthy or not', async () => {
    const scene = await poolOf({ a: {}, b: { write: false }, c: { read: false }, d: {} })
    for (const backend of Object.values(scene.on)) await backend.inner.put(block(1))
    scene.pool.setHealth('d', false)
    await scene.pool.delete(cid)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('of a block that nobody has resolves', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.delete(cid)
    await scene.pool.delete(cid)
    expect(await scene.pool.has(cid)).toBe(false)
  })

  test('that a backend does not confirm resolves: the block is hidden, and the delete is finished later', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    scene.on.b.always('delete', down)
    await scene.pool.delete(cid)
    expect(await holders(scene, block(1))).toBe('b')
    expect(await scene.pool.get(cid)).toBeUndefined()
    expect(await scene.pool.has(cid)).toBe(false)
    expect(await listed(scene.pool)).toEqual([])
    scene.on.b.up()
    await scene.clock.advance(5_000)
    expect(await holders(scene, block(1))).toBe('')
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('reaches a backend that could not be opened when it opens', async () => {
    const b = scripted()
    await b.inner.put(block(1))
    b.always('open', fail())
    const scene = await poolOf({ a: {}, b: { backend: b } }, { healthIntervalMs: 1_000 })
    await scene.pool.put(block(1))
    await scene.pool.delete(cid)
    expect(await scene.pool.get(cid)).toBeUndefined()
    expect(await holders(scene, block(1))).toBe('b')
    b.up()
    await scene.clock.advance(2_000)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('is finished by a retry after a fault that came after the effect', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    scene.on.a.once('delete', failAfter())
    await scene.pool.delete(cid)
    await scene.clock.advance(2_000)
    expect(scene.on.a.count('delete')).toBe(2)
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('waits for a backend that does not answer until its deadline, and no longer', async () => {
    const scene = await poolOf({ a: { timeoutMs: 200 }, b: {} })
    await scene.on.b.inner.put(block(1))
    scene.on.a.once('delete', hang)
    const deleted = watched(scene.pool.delete(cid))
    await scene.clock.advance(100)
    expect(deleted.settled).toBe(false)
    await scene.clock.advance(200)
    expect(deleted.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('is lifted by a later put, and not finished any more', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2 })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    scene.on.b.once('delete', down, down)
    await scene.pool.delete(cid)
    await scene.pool.put(block(1))
    await scene.clock.advance(10_000)
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('stays in force when a later put fails, which then leaves nothing', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    scene.on.c.down()
    await scene.pool.delete(cid)
    expect((await rejection(scene.pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    expect(await scene.pool.get(cid)).toBeUndefined()
    scene.on.c.up()
    await scene.clock.advance(120_000)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('rejects when the journal cannot record it, and deletes nothing', async () => {
    const broken = {
      ...memoryJournal(),
      write: async (changes: readonly JournalChange[]) => {
        if (changes.some(({ type }) => type === 'owed')) throw new Error('the journal is full')
      },
    }
    const scene = await poolOf({ a: {} }, { journal: broken })
    await scene.pool.put(block(1))
    await expect(scene.pool.delete(cid)).rejects.toThrow()
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.on.a.count('delete')).toBe(0)
  })
})

describe('a put over a tombstone', () => {
  test('that the journal cannot lift rejects, ends once, and leaves the block hidden', async () => {
    let refuses = false
    const journal = {
      ...memoryJournal(),
      write: async () => {
        if (refuses) throw new Error('the journal is full')
      },
    }
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3, writeQuorum: 1, journal })
    scene.on.c.always('delete', fail('ERR_BACKEND', { retryable: true }))
    await scene.pool.delete(cid)
    const gate = new Gate()
    scene.on.b.once('put', gate.before)
    refuses = true
    await expect(scene.pool.put(block(1))).rejects.toThrow('the journal is full')
    const settled = watched(scene.pool.settled())
    await flush()
    expect(settled.settled).toBe(false)
    await gate.open()
    await scene.clock.advance(10)
    expect(settled.settled).toBe(true)
    expect(await scene.pool.get(cid)).toBeUndefined()
  })
})

describe('a put that the pool no longer waits for', () => {
  test('settles before a delete goes to that backend', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(1_100)
    await put
    await scene.pool.delete(cid)
    expect(scene.on.a.count('delete')).toBe(0)
    expect(scene.on.b.count('delete')).toBe(1)
    await gate.open()
    expect(await scene.pool.get(cid)).toBeUndefined()
    await scene.clock.advance(5_000)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('and never settles keeps the block hidden: it may come', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    scene.on.a.once('put', hang)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(1_100)
    await put
    await scene.pool.delete(cid)
    await scene.clock.advance(120_000)
    expect(scene.on.a.count('delete')).toBe(0)
    expect(await scene.pool.has(cid)).toBe(false)
  })

  test('that is written behind the reply comes before the delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.before)
    await scene.pool.put(block(1))
    await scene.pool.delete(cid)
    await gate.open()
    expect(await scene.pool.get(cid)).toBeUndefined()
    await scene.clock.advance(5_000)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('that still waits for a free place behind the reply comes before the delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: { concurrency: 2 } }, { copies: 3 })
    const [busy, gate] = [new Gate(), new Gate()]
    scene.on.c.once('put', busy.before, busy.before, gate.before)
    for (const n of [2, 3, 1]) await scene.pool.put(block(n))
    expect(scene.on.c.count('put')).toBe(2)
    const deleted = scene.pool.delete(cid)
    await busy.open()
    await gate.open()
    await deleted
    await scene.clock.advance(5_000)
    expect(await holders(scene, block(1))).toBe('')
  })

  test('that fails behind the reply is not replaced once a delete has begun', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.failing())
    await scene.pool.put(block(1))
    const deleted = scene.pool.delete(cid)
    await flush()
    await gate.open()
    await deleted
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('that replaces a failed one behind the reply comes before a later delete', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: {} }, { copies: 3 })
    const [failing, gate] = [new Gate(), new Gate()]
    scene.on.c.once('put', failing.failing())
    scene.on.d.once('put', gate.before)
    await scene.pool.put(block(1))
    await failing.open()
    expect(scene.on.d.count('put')).toBe(1)
    const deleted = scene.pool.delete(cid)
    await gate.open()
    await deleted
    expect(await holders(scene, block(1))).toBe('')
  })

  test('because its caller aborted settles before the delete', async () => {
    const scene = await poolOf({ a: {} })
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    const controller = new AbortController()
    const put = rejection(scene.pool.put(block(1), { signal: controller.signal }))
    await flush()
    controller.abort()
    await scene.clock.advance(50)
    await put
    await scene.pool.delete(cid)
    expect(await scene.pool.has(cid)).toBe(false)
    await gate.open()
    await scene.clock.advance(5_000)
    expect(await holders(scene, block(1))).toBe('')
  })
})

describe('a delete that timed out', () => {
  test('keeps its backend from being a target of that block until it has settled', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 }, b: {} })
    await scene.pool.put(block(1))
    const gate = new Gate()
    scene.on.a.once('delete', gate.before)
    const deleted = scene.pool.delete(cid)
    await scene.clock.advance(1_100)
    await deleted
    await scene.pool.put(block(1))
    expect(await scene.on.b.holds(cid)).toBe(true)
    await gate.open()
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await scene.pool.delete(cid)
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a')
  })

  test('makes a put wait when no other backend is left, then fail and say so', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 } })
    scene.on.a.once('delete', hang)
    const deleted = scene.pool.delete(cid)
    await scene.clock.advance(1_100)
    await deleted
    const refused = rejection(scene.pool.put(block(1)))
    await scene.clock.advance(1_100)
    expect(await refused).toMatchObject({
      code: 'ERR_NOT_ENOUGH_REPLICAS',
      outcomes: { a: { outcome: 'timeout', reason: 'an earlier call is unsettled' } },
    })
    expect(scene.pool.explain({ op: 'write', cid })).toEqual([
      { backend: 'a', target: false, reason: 'an earlier call is unsettled' },
    ])
    await scene.pool.put(block(2))
  })

  test('whose connection was cut may land for timeoutMs more, on a backend with late effects', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000, lateEffects: true } })
    const gate = new Gate()
    scene.on.a.once('delete', gate.failing())
    const deleted = scene.pool.delete(cid)
    await scene.clock.advance(1_100)
    await deleted
    await gate.open()
    const put = watched(scene.pool.put(block(1)))
    await scene.clock.advance(900)
    expect(put.settled).toBe(false)
    await scene.clock.advance(200)
    expect(put.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a')
  })

  test('and a put that has begun to wait before the driver was done waits for as long', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000, lateEffects: true } })
    const gate = new Gate()
    scene.on.a.once('delete', gate.failing())
    const deleted = scene.pool.delete(cid)
    await scene.clock.advance(1_100)
    await deleted
    const put = watched(scene.pool.put(block(1)))
    await scene.clock.advance(300)
    await gate.open()
    await scene.clock.advance(900)
    expect(put.settled).toBe(false)
    await scene.clock.advance(200)
    expect(put.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a')
  })

  test.each(['put', 'delete'] as const)(
    'or a %s that the driver calls unsettled, though it rejected in time',
    async (verb) => {
      const scene = await poolOf({ a: { timeoutMs: 1_000 } })
      scene.on.a.once(verb, fail('ERR_BACKEND', { unsettled: true, retryable: true }))
      await (verb === 'put' ? rejection(scene.pool.put(block(1))) : scene.pool.delete(cid))
      const put = watched(scene.pool.put(block(1)))
      await scene.clock.advance(900)
      expect(put.settled).toBe(false)
      await scene.clock.advance(150)
      expect(put.settled).toBe(true)
      expect(await holders(scene, block(1))).toBe('a')
    },
  )

  test('holds only the block that it is about', async () => {
    const scene = await poolOf({ a: { timeoutMs: 1_000 } })
    scene.on.a.once('delete', hang)
    const deleted = scene.pool.delete(cid)
    await scene.pool.put(block(2))
    await scene.pool.delete(block(2).cid)
    await scene.clock.advance(1_100)
    await deleted
  })
})
