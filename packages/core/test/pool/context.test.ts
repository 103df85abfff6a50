import { describe, expect, test } from 'vitest'
import { createPool, digestWords, memory, type RouteRequest, type Strategy } from '../../src/index.ts'
import { block, blocks, same } from '../support/blocks.ts'
import { ManualClock } from '../support/clock.ts'
import { holders, poolOf } from '../support/pool.ts'

const { cid, bytes } = block(1)

/** A strategy that notes what it is asked. */
function noting() {
  const seen: { request: RouteRequest; candidates: string }[] = []
  const strategy: Strategy = {
    type: 'noting',
    stable: true,
    rank: (request, candidates) => {
      seen.push({ request, candidates: candidates.map(({ id }) => id).join(' ') })
      return candidates
    },
  }
  return { seen, strategy }
}

describe('what a strategy is asked', () => {
  test('a write with the size of its block, a read without, and the first words of the digest', async () => {
    const { seen, strategy } = noting()
    const scene = await poolOf({ a: {}, b: {} }, { strategy })
    await scene.pool.get(cid)
    await scene.pool.put(block(1))
    const digest = digestWords(cid)
    expect(seen.map(({ request }) => request)).toMatchObject([
      { op: 'read', cid, digest, size: undefined, turn: 0 },
      { op: 'write', cid, digest, size: 100, turn: 0 },
    ])
  })

  test('turns that count reads and writes apart', async () => {
    const { seen, strategy } = noting()
    const scene = await poolOf({ a: {}, b: {} }, { strategy })
    for (const one of blocks(3)) {
      await scene.pool.get(one.cid)
      await scene.pool.put(one)
    }
    expect(seen.map(({ request }) => `${request.op} ${request.turn}`)).toEqual([
      'read 0',
      'write 0',
      'read 1',
      'write 1',
      'read 2',
      'write 2',
    ])
  })

  test('random numbers that follow from the seed', async () => {
    const draw = async (seed: number): Promise<readonly number[]> => {
      const { seen, strategy } = noting()
      const scene = await poolOf({ a: {} }, { strategy, seed })
      for (const one of blocks(5)) await scene.pool.put(one)
      return seen.map(({ request }) => request.random)
    }
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
    expect(new Set(await draw(1)).size).toBe(5)
  })

  test('eligible backends only, by priority and then by id', async () => {
    const { seen, strategy } = noting()
    const members = { b: {}, a: {}, z: { priority: 200 }, off: { write: false }, full: { capacityBytes: 1 } }
    const scene = await poolOf({ ...members, down: {} }, { strategy })
    scene.pool.setHealth('down', false)
    await scene.pool.put(block(1))
    await scene.pool.get(block(2).cid).catch(() => {})
    expect(seen.map(({ candidates }) => candidates)).toEqual(['z a b', 'z a b full off'])
  })

  test('candidates that show their settings and what is measured', async () => {
    let candidate: unknown
    const strategy: Strategy = {
      type: 'x',
      stable: true,
      rank: (_, found) => {
        const { id, type, weight, zone, usedBytes, inFlight, readLatencyMs, writeLatencyMs, traits } =
          found[0] as (typeof found)[0]
        candidate = { id, type, weight, zone, usedBytes, inFlight, readLatencyMs, writeLatencyMs, traits }
        return found
      },
    }
    const scene = await poolOf({ a: { weight: 3, zone: 'x' } }, { strategy })
    await scene.pool.put(block(1))
    await scene.pool.put(block(2))
    expect(candidate).toEqual({
      id: 'a',
      type: 'scripted',
      weight: 3,
      zone: 'x',
      usedBytes: 100,
      inFlight: 0,
      readLatencyMs: 0,
      writeLatencyMs: 0,
      traits: scene.on.a.traits,
    })
  })
})

describe('hints', () => {
  test('can be turned off: blocks are found all the same', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { maxHints: 0, copies: 2, writeQuorum: 'all' })
    await scene.pool.put(block(1))
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    await scene.pool.delete(cid)
    expect(await scene.pool.get(cid)).toBeUndefined()
    expect(scene.pool.stats().hints).toBe(0)
  })

  test('are bounded: what is forgotten is found all the same', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { maxHints: 10 })
    for (const one of blocks(100)) await scene.pool.put(one)
    expect(scene.pool.stats().hints).toBe(10)
    for (const one of blocks(100)) expect(same(await scene.pool.get(one.cid), one.bytes)).toBe(true)
  })
})

describe('events', () => {
  test('what a listener throws is ignored', async () => {
    const onEvent = (): never => {
      throw new Error('listener')
    }
    const backends = { a: { backend: memory() }, b: { backend: memory() } }
    const pool = await createPool({ backends, onEvent, clock: new ManualClock() })
    pool.setHealth('a', false)
    await pool.put(block(1))
    expect(pool.stats().backends.b.blocks).toBe(1)
    await pool.close()
  })

  test('a listener may call the pool', async () => {
    const found: unknown[] = []
    const backends = { a: { backend: memory() }, b: { backend: memory() } }
    const pool = await createPool({
      backends,
      clock: new ManualClock(),
      onEvent: ({ type }) => {
        if (type === 'unhealthy') void pool.put(block(2)).then(() => found.push('put'))
      },
    })
    pool.setHealth('a', false)
    await pool.put(block(1))
    await pool.settled()
    expect(found).toEqual(['put'])
    await pool.close()
  })
})
