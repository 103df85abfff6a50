import { describe, expect, test } from 'vitest'
import { block, blocks, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection, type Scene, watched } from '../support/pool.ts'
import { fail, Gate, hang } from '../support/scripted.ts'

const { cid, bytes } = block(1)

/** A pool that holds block 1 on a and b, with the copy on a corrupt. */
async function damaged(options: { readonly skipsExisting?: boolean } = {}): Promise<Scene<'a' | 'b' | 'c'>> {
  const scene = await poolOf({ a: options, b: {}, c: {} }, { copies: 2, writeQuorum: 'all' })
  await scene.pool.put(block(1))
  await scene.on.a.corrupt(cid)
  return scene
}

describe('a corrupt copy', () => {
  test.each([{}, { skipsExisting: true }])(
    'is repaired from a good one, behind the reply, %o',
    async (options) => {
      const scene = await damaged(options)
      expect(same(await scene.pool.get(cid), bytes)).toBe(true)
      await scene.pool.settled()
      expect(same(await scene.on.a.inner.get(cid), bytes)).toBe(true)
      expect(scene.eventTypes()).toEqual(['corrupt', 'failover', 'repaired'])
      expect(scene.pool.stats().repairs).toBe(1)
      scene.on.b.down()
      expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    },
  )

  test('that a read back still finds corrupt stays in quarantine, and is told', async () => {
    const scene = await damaged()
    scene.on.a.always('put', () => Promise.resolve() as never)
    scene.on.a.always('delete', () => Promise.resolve() as never)
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(scene.eventTypes()).toEqual(['corrupt', 'failover', 'repair-failed'])
    expect(await scene.pool.locate(cid)).toContainEqual({ backend: 'a', state: 'corrupt' })
  })

  test.each(['delete', 'put', 'get'] as const)(
    'whose %s fails is tried again later, without a request',
    async (verb) => {
      const scene = await damaged()
      await scene.pool.get(cid)
      const tries = scene.on.a.count(verb)
      scene.on.a.once(verb, fail())
      await scene.pool.settled()
      expect(scene.eventTypes()).toEqual(['corrupt', 'failover', 'repair-failed'])
      expect(scene.on.a.count(verb)).toBe(tries + 1)
      await scene.clock.advance(5_000)
      expect(scene.eventTypes().at(-1)).toBe('repaired')
      expect(same(await scene.on.a.inner.get(cid), bytes)).toBe(true)
    },
  )

  test('in quarantine is looked at again when there is no other: the mark may be older than the copy', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} })
    await pool.put(block(1))
    await on.a.corrupt(cid)
    expect((await rejection(pool.get(cid))).code).toBe('ERR_CORRUPT')
    await on.a.inner.delete(cid)
    await on.a.inner.put(block(1))
    await clock.advance(5_000)
    expect(same(await pool.get(cid), bytes)).toBe(true)
    expect(pool.stats().debts).toBe(0)
  })

  test('that is gone is no copy any more', async () => {
    const { pool, on, clock } = await poolOf({ a: {}, b: {} })
    await pool.put(block(1))
    await on.a.corrupt(cid)
    expect((await rejection(pool.get(cid))).code).toBe('ERR_CORRUPT')
    await on.a.inner.delete(cid)
    await clock.advance(5_000)
    expect(await pool.get(cid)).toBeUndefined()
    expect(pool.stats().debts).toBe(0)
  })

  test('is left alone where writes are off', async () => {
    const scene = await damaged()
    scene.pool.configure('a', { write: false })
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(scene.on.a.count('put')).toBe(1)
  })

  test('is left alone when no good copy is left', async () => {
    const scene = await damaged()
    await scene.on.b.corrupt(cid)
    expect((await rejection(scene.pool.get(cid))).code).toBe('ERR_CORRUPT')
    await scene.pool.settled()
    expect(await scene.on.a.holds(cid)).toBe(true)
  })
})

describe('a missing copy', () => {
  test('is written again where a hint had it', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.on.a.inner.delete(cid)
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
    expect(scene.eventTypes()).toEqual(['repaired'])
  })

  test('is not deleted on the way: a copy that has come meanwhile is not risked', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.on.a.inner.delete(cid)
    await scene.pool.get(cid)
    await scene.on.a.inner.put(block(1))
    scene.on.a.always('put', fail())
    await scene.pool.settled()
    expect(await scene.on.a.holds(cid)).toBe(true)
    expect(scene.on.a.count('delete')).toBe(0)
  })

  test('is not written to a backend that never had it', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.on.b.inner.put(block(1))
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('b')
  })
})

describe('repair', () => {
  test('never brings back a block that was deleted after the read', async () => {
    const scene = await damaged()
    const got = scene.pool.get(cid)
    const deleted = got.then(() => scene.pool.delete(cid))
    await deleted
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
  })

  test('reads its source in the turn of the block, and comes before a delete that is called while it runs', async () => {
    const scene = await damaged()
    const gate = new Gate()
    scene.on.a.once('put', gate.before)
    await scene.pool.get(cid)
    await flush()
    expect(scene.on.a.count('put')).toBe(2)
    const deleted = scene.pool.delete(cid)
    await flush()
    await gate.open()
    await deleted
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('')
  })

  test('does not write to a store that has changed', async () => {
    const scene = await damaged()
    scene.on.a.storeId = 'another'
    await scene.clock.advance(1_001)
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(scene.on.a.count('put')).toBe(1)
    expect(scene.eventTypes()).toContain('repair-failed')
    expect(scene.pool.stats().backends.a.unhealthyReason).toBe('store changed')
  })

  test('does not write where an earlier call of the block is unsettled', async () => {
    const scene = await poolOf({ a: { timeoutMs: 500 }, b: {}, c: {} }, { copies: 2, writeQuorum: 1 })
    scene.on.a.once('put', hang)
    const put = scene.pool.put(block(1))
    await scene.clock.advance(600)
    await put
    await scene.clock.advance(60_000)
    expect(await holders(scene, block(1))).toBe('b c')
    expect(scene.on.a.count('put')).toBe(1)
  })

  test('starts at most repairsPerSecond', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 10 })
    for (const one of blocks(5)) {
      await scene.pool.put(one)
      await scene.on.a.corrupt(one.cid)
    }
    await Promise.all(blocks(5).map((one) => scene.pool.get(one.cid)))
    const repaired = () => scene.pool.stats().repairs
    await flush()
    expect(repaired()).toBe(1)
    await scene.clock.advance(99)
    expect(repaired()).toBe(1)
    await scene.clock.advance(2)
    expect(repaired()).toBe(2)
    await scene.clock.advance(300)
    expect(repaired()).toBe(5)
    await scene.pool.settled()
  })

  test('of 0 per second repairs nothing', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 0 })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    await scene.pool.get(cid)
    await scene.pool.settled()
    expect(scene.on.a.count('put')).toBe(1)
  })

  test('that runs at close is the last one', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 0.01 })
    for (const one of blocks(3)) {
      await scene.pool.put(one)
      await scene.on.a.corrupt(one.cid)
    }
    const gate = new Gate()
    scene.on.a.once('delete', gate.before)
    for (const one of blocks(3)) await scene.pool.get(one.cid)
    await flush()
    const closed = watched(scene.pool.close())
    await flush()
    expect(closed.settled).toBe(false)
    await gate.open()
    expect(closed.settled).toBe(true)
    expect(scene.pool.stats().repairs).toBe(1)
  })

  test('that waits its time does not hold up close', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 0.01 })
    for (const one of blocks(3)) {
      await scene.pool.put(one)
      await scene.on.a.corrupt(one.cid)
    }
    for (const one of blocks(3)) await scene.pool.get(one.cid)
    await flush()
    await scene.pool.close()
    expect(scene.clock.scheduled).toBe(0)
    expect(scene.pool.stats().repairs).toBe(1)
  })
})
