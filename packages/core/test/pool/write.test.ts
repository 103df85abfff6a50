import { describe, expect, test } from 'vitest'
import type { Strategy } from '../../src/index.ts'
import { block, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, poolOf, rejection, watched } from '../support/pool.ts'
import { fail, Gate, hang } from '../support/scripted.ts'

const all: Strategy = { type: 'all', stable: true, rank: (_, candidates) => candidates, copies: () => 'all' }

describe('targets', () => {
  test('a put makes N copies on distinct backends, in the order of the strategy', async () => {
    const scene = await poolOf({ a: {}, b: { priority: 200 }, c: {} }, { copies: 2 })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('copies go to distinct zones first', async () => {
    const members = { a: { zone: 'x' }, b: { zone: 'x' }, c: { zone: 'y' } }
    const scene = await poolOf(members, { copies: 2 })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a c')
  })

  test('a tier that can hold all copies is not left for the sake of a zone', async () => {
    const tiered: Strategy = { ...all, copies: () => 2, tier: (_, { id }) => (id === 'c' ? 1 : 0) }
    const members = { a: { zone: 'x' }, b: { zone: 'x' }, c: { zone: 'y' } }
    const scene = await poolOf(members, { strategy: tiered })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('the copies of the strategy win over those of the pool', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3, strategy: { ...all, copies: () => 1 } })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a')
  })

  test("copies 'all' go to every backend with writes on", async () => {
    const scene = await poolOf({ a: {}, b: {}, c: { write: false } }, { strategy: all, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('a backend that the strategy leaves out is not written to', async () => {
    const only: Strategy = {
      ...all,
      copies: () => 2,
      rank: (_, found) => found.filter(({ id }) => id === 'a'),
    }
    const scene = await poolOf({ a: {}, b: {} }, { strategy: only })
    expect((await rejection(scene.pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
    expect(scene.on.b.count('put')).toBe(0)
  })
})

describe('the quorum', () => {
  test('a put resolves at W copies, and the rest goes on behind', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.before)
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
    const settled = watched(scene.pool.settled())
    await flush()
    expect(settled.settled).toBe(false)
    await gate.open()
    expect(settled.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a b c')
    expect(scene.eventTypes()).toEqual([])
  })

  test('close waits for the copies that are still being written', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    const gate = new Gate()
    scene.on.c.once('put', gate.before)
    await scene.pool.put(block(1))
    const closed = watched(scene.pool.close())
    await flush()
    expect(closed.settled).toBe(false)
    expect(scene.on.a.isOpen).toBe(true)
    await gate.open()
    expect(closed.settled).toBe(true)
    expect(await holders(scene, block(1))).toBe('a b c')
  })

  test('a copy that stays short behind the reply is told', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    scene.on.c.always('put', hang)
    await scene.pool.put(block(1))
    await scene.clock.advance(10_050)
    expect(scene.events.at(-1)).toMatchObject({ type: 'under-replicated', have: 2, want: 3 })
  })

  test.each([
    ['all', 3],
    [1, 1],
    ['majority', 2],
  ] as const)('with the quorum %s a put of three copies waits for %d', async (writeQuorum, quorum) => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3, writeQuorum })
    const gates = [scene.on.a, scene.on.b, scene.on.c].map((backend) => {
      const gate = new Gate()
      backend.once('put', gate.before)
      return gate
    })
    const put = watched(scene.pool.put(block(1)))
    for (const [i, gate] of gates.entries()) {
      await flush()
      expect(put.settled).toBe(i >= quorum)
      await gate.open()
    }
    expect(put.settled).toBe(true)
  })

  test('N and W do not shrink when a backend is unhealthy', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 3 })
    scene.pool.setHealth('c', false)
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(scene.events.at(-1)).toMatchObject({ type: 'under-replicated', have: 2, want: 3 })
    scene.pool.setHealth('b', false)
    const error = await rejection(scene.pool.put(block(2)))
    expect(error.code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })

  test("'all' counts unhealthy backends too", async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { strategy: all })
    scene.pool.setHealth('b', false)
    scene.pool.setHealth('c', false)
    expect((await rejection(scene.pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })

  test('a copy counts only on a backend of the durability asked for', async () => {
    const members = {
      a: { durability: 'none' },
      b: { durability: 'process' },
      c: { durability: 'power' },
    } as const
    const scene = await poolOf(members, { copies: 2, writeQuorum: 1, durability: 'power' })
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toContain('c')
    scene.pool.setHealth('c', false)
    expect((await rejection(scene.pool.put(block(2)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })

  test('what lacks for the quorum is written only where it counts', async () => {
    const members = {
      a: { durability: 'none' },
      b: { durability: 'none' },
      c: { durability: 'power' },
    } as const
    const scene = await poolOf(members, { copies: 1, durability: 'power' })
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a c')
  })

  test('a copy on a backend without reads does not count', async () => {
    const scene = await poolOf({ a: { read: false }, b: {} }, { copies: 1 })
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toContain('b')
    expect(same(await scene.pool.get(block(1).cid), block(1).bytes)).toBe(true)
    scene.pool.setHealth('b', false)
    expect((await rejection(scene.pool.put(block(2)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })
})

describe('a block that is there', () => {
  test('is not written again when the backends of its hints still have its N copies', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.pool.put(block(1))
    expect([scene.on.a, scene.on.b, scene.on.c].map((backend) => backend.count('put'))).toEqual([1, 1, 0])
    expect([scene.on.a, scene.on.b, scene.on.c].map((backend) => backend.count('has'))).toEqual([1, 1, 0])
  })

  test('is written where a hint is stale: a hint alone lets no put be skipped', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.on.b.inner.delete(block(1).cid)
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
    expect(scene.on.a.count('put')).toBe(1)
  })

  test('is written elsewhere when a backend of its hints does not answer', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    scene.on.a.down()
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
  })

  test('gets the copies that it lacks, and no more', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: {} }, { copies: 2, writeQuorum: 1, repairsPerSecond: 0 })
    scene.on.b.once('put', fail())
    scene.on.c.once('put', fail())
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a')
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect(await holders(scene, block(1))).toBe('a b')
  })
})

test('bytes given to put are neither copied nor changed', async () => {
  const scene = await poolOf({ a: {} })
  const one = block(1)
  await scene.pool.put(one)
  expect(await scene.pool.get(one.cid)).toBe(one.bytes)
})
