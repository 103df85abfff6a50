import { describe, expect, test } from 'vitest'
import { byPriority, type PoolOptions, type Strategy } from '../../src/index.ts'
import { block, blocks, same } from '../support/blocks.ts'
import { holders, poolOf, rejection, type Scene } from '../support/pool.ts'
import { fail, Gate, scripted } from '../support/scripted.ts'

const all = blocks(20)
const lasting = { durability: 'power' } as const

/** A pool of three with two copies of 20 blocks, as it is found after an unclean stop: F is 1. */
async function found(options: Partial<PoolOptions> = {}): Promise<Scene<'a' | 'b' | 'c'>> {
  const stores = { a: scripted(lasting), b: scripted(lasting), c: scripted(lasting) }
  for (const [i, each] of all.entries()) {
    await stores[i % 2 ? 'a' : 'b'].inner.put(each)
    await stores[i % 3 ? 'c' : i % 2 ? 'b' : 'a'].inner.put(each)
  }
  const backends = { a: { backend: stores.a }, b: { backend: stores.b }, c: { backend: stores.c } }
  const scene = await poolOf<'a' | 'b' | 'c'>(backends, { copies: 2, writeQuorum: 2, ...options })
  expect(scene.pool.stats().leastCopies).toBe(1)
  return scene
}

const absent = block(999).cid

describe('a scrub', () => {
  test('that is complete raises F, and one dead backend leaves an absence certain', async () => {
    const { pool, on } = await found()
    on.a.down()
    expect((await rejection(pool.has(absent))).code).toBe('ERR_UNAVAILABLE')
    on.a.up()
    expect(await pool.scrub()).toEqual({
      blocks: 20,
      copies: 40,
      bytes: 4_000,
      corrupt: 0,
      short: 0,
      damaged: 0,
      complete: true,
      leastCopies: 2,
    })
    on.a.down()
    expect(await pool.has(absent)).toBe(false)
  })

  test('finds copies that lack, and has them made', async () => {
    const scene = await found()
    for (const each of all.slice(0, 5))
      for (const id of ['a', 'c'] as const) await scene.on[id].inner.delete(each.cid)
    for (const each of all.slice(0, 5)) await scene.on.b.inner.put(each)
    expect(await scene.pool.scrub()).toMatchObject({ short: 5, complete: true, leastCopies: 2 })
    // Until they are made, their absence rests on all backends.
    await scene.clock.advance(1_000)
    await scene.pool.settled()
    for (const each of all) expect((await holders(scene, each)).split(' ')).toHaveLength(2)
    expect(scene.pool.stats().debts).toBe(0)
  })

  test.each([true, false])('finds copies that rot unread, with verifyGets %s', async (verifyGets) => {
    const scene = await found({ verifyGets })
    for (const each of all) if (await scene.on.c.holds(each.cid)) await scene.on.c.corrupt(each.cid)
    const report = await scene.pool.scrub()
    expect(report).toMatchObject({ corrupt: 13, short: 13, damaged: 0, complete: true })
    await scene.clock.advance(2_000)
    await scene.pool.settled()
    for (const each of all) {
      const bytes = await scene.on.c.inner.get(each.cid)
      if (bytes) expect(same(bytes, each.bytes)).toBe(true)
      expect((await holders(scene, each)).split(' ')).toHaveLength(2)
    }
  })

  test('names blocks without a whole copy, and does not take them for absent', async () => {
    const scene = await found({ repairsPerSecond: 0 })
    const [first] = all as [(typeof all)[0]]
    for (const id of ['a', 'b', 'c'] as const)
      if (await scene.on[id].holds(first.cid)) await scene.on[id].corrupt(first.cid)
    expect(await scene.pool.scrub()).toMatchObject({ blocks: 20, damaged: 1, corrupt: 2, complete: true })
    expect((await rejection(scene.pool.get(first.cid))).code).toBe('ERR_CORRUPT')
  })

  test.each([
    ['cannot be listed', (scene: Scene<'a' | 'b' | 'c'>) => scene.on.b.once('list', fail())],
    ['does not answer a get', (scene: Scene<'a' | 'b' | 'c'>) => scene.on.b.once('get', fail())],
    ['has its reads off', (scene: Scene<'a' | 'b' | 'c'>) => scene.pool.configure('b', { read: false })],
    ['is out of service', (scene: Scene<'a' | 'b' | 'c'>) => scene.pool.setHealth('b', false)],
    [
      'is another store than before',
      (scene: Scene<'a' | 'b' | 'c'>) => {
        scene.on.b.storeId = 'second'
      },
    ],
  ])('is not complete when a backend %s: F stays', async (_, trouble) => {
    const scene = await found()
    trouble(scene)
    expect(await scene.pool.scrub()).toMatchObject({ complete: false, leastCopies: 1 })
    expect(scene.pool.stats().leastCopies).toBe(1)
  })

  test('is not complete when a backend comes or goes meanwhile', async () => {
    const { pool, on } = await found()
    const gate = new Gate()
    on.b.once('get', gate.before)
    const report = pool.scrub()
    await pool.add('d', { backend: scripted(lasting) })
    await gate.open()
    expect(await report).toMatchObject({ complete: false, leastCopies: 1 })
  })

  test('does not raise F over the copies of what was put meanwhile, or is being put at its end', async () => {
    const inner = byPriority()
    const fewOfLarge: Strategy = {
      ...inner,
      rank: inner.rank.bind(inner),
      copies: ({ size = 0 }) => (size > 500 ? 1 : 2),
    }
    const { pool, on } = await found({ strategy: fewOfLarge, writeQuorum: 'all' })
    const gate = new Gate()
    on.c.once('get', gate.before)
    const report = pool.scrub()
    await pool.put(block(100, 1_000))
    await gate.open()
    expect(await report).toMatchObject({ complete: true, leastCopies: 1 })

    const held = new Gate()
    on.a.once('put', held.after)
    const put = pool.put(block(101, 1_000))
    // The scrub waits for the turn of what it lists: what is put now may not be listed yet.
    const again = pool.scrub()
    await held.open()
    await put
    await again
    expect(pool.stats().leastCopies).toBe(1)
  })

  test('leaves alone what was deleted', async () => {
    const { pool, on } = await found()
    const [first] = all as [(typeof all)[0]]
    on.a.always('delete', fail())
    on.b.always('delete', fail())
    on.c.always('delete', fail())
    await pool.delete(first.cid)
    expect(await pool.scrub()).toMatchObject({ blocks: 19, complete: true })
    expect(await pool.get(first.cid)).toBeUndefined()
  })

  test('ends when it is aborted, and when the pool is closed', async () => {
    const { pool, on } = await found()
    on.a.once('get', new Gate().before)
    const aborting = new AbortController()
    const aborted = rejection(pool.scrub({ signal: aborting.signal }))
    aborting.abort(new Error('enough'))
    expect((await aborted).message).toBe('enough')
    const other = await found()
    const closed = rejection(other.pool.scrub())
    await other.pool.close()
    expect((await closed).code).toBe('ERR_CLOSED')
  })
})
