import { describe, expect, test } from 'vitest'
import type { Strategy } from '../../src/index.ts'
import { block } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { poolOf } from '../support/pool.ts'
import { fail } from '../support/scripted.ts'

const { cid } = block(1)

describe('locate', () => {
  test('asks every backend and says what each has answered', async () => {
    const scene = await poolOf({ a: {}, b: {}, c: { read: false }, d: {} })
    await scene.pool.put(block(1))
    await scene.on.c.inner.put(block(1))
    scene.on.d.always('has', fail())
    expect(await scene.pool.locate(cid)).toEqual([
      { backend: 'a', state: 'present' },
      { backend: 'b', state: 'missing' },
      { backend: 'c', state: 'present' },
      { backend: 'd', state: 'unknown', error: expect.objectContaining({ code: 'ERR_BACKEND' }) },
    ])
  })
})

describe('explain', () => {
  test('gives for a write the rank of each backend, the targets, and why the others may not serve', async () => {
    const strategy: Strategy = {
      type: 'x',
      stable: true,
      rank: (_, found) => found.filter(({ id }) => id !== 'd'),
    }
    const scene = await poolOf(
      {
        a: { zone: 'x' },
        b: { zone: 'x' },
        c: {},
        d: {},
        e: { write: false },
        f: { capacityBytes: 5 },
        g: {},
      },
      { copies: 2, strategy },
    )
    scene.pool.setHealth('g', false)
    expect(scene.pool.explain({ op: 'write', cid, size: 100 })).toEqual([
      { backend: 'a', rank: 0, target: true },
      { backend: 'b', rank: 1, target: false },
      { backend: 'c', rank: 2, target: true },
      { backend: 'd', target: false, reason: 'forbidden by the strategy' },
      { backend: 'e', target: false, reason: 'writes are off' },
      { backend: 'f', target: false, reason: 'over capacity' },
      { backend: 'g', target: false, reason: 'unhealthy' },
    ])
    await scene.pool.put(block(1))
    await scene.pool.settled()
    expect([scene.on.a, scene.on.b, scene.on.c].map((on) => on.count('put'))).toEqual([1, 0, 1])
  })

  test('gives for a read the order in which backends are asked', async () => {
    const strategy: Strategy = {
      type: 'x',
      stable: true,
      rank: (_, found) => found.filter(({ id }) => id !== 'a'),
    }
    const scene = await poolOf({ a: {}, b: {}, c: {}, d: { read: false } }, { strategy })
    expect(scene.pool.explain({ op: 'read', cid })).toEqual([
      { backend: 'a', rank: 2, target: false },
      { backend: 'b', rank: 0, target: true },
      { backend: 'c', rank: 1, target: false },
      { backend: 'd', target: false, reason: 'reads are off' },
    ])
    await scene.on.c.inner.put(block(1))
    await scene.pool.get(cid)
    expect(scene.pool.explain({ op: 'read', cid })[2]).toEqual({ backend: 'c', rank: 0, target: true })
  })

  test('asks nobody and takes no turn of the strategy', async () => {
    const turns: number[] = []
    const strategy: Strategy = {
      type: 'x',
      stable: false,
      rank: ({ turn }, found) => {
        turns.push(turn)
        return found
      },
    }
    const scene = await poolOf({ a: {}, b: {} }, { strategy })
    const before = scene.on.a.log.length
    scene.pool.explain({ op: 'write', cid, size: 1 })
    scene.pool.explain({ op: 'write', cid, size: 1 })
    await flush()
    expect(scene.on.a.log.length).toBe(before)
    await scene.pool.put(block(1))
    await scene.pool.put(block(2))
    expect(turns).toEqual([0, 0, 0, 1])
  })
})
