import { describe, expect, test } from 'vitest'
import { createPool } from '../../src/index.ts'
import { block, blocks, same } from '../support/blocks.ts'
import { flush, ManualClock } from '../support/clock.ts'
import { listed, rejection } from '../support/pool.ts'
import { fail, hang, scripted } from '../support/scripted.ts'

const { cid, bytes } = block(1)

/** A pool over one backend and a pool of two. */
async function nested() {
  const clock = new ManualClock()
  const [x, y, z] = [scripted(), scripted(), scripted()]
  const inner = await createPool({ backends: { x: { backend: x }, y: { backend: y } }, copies: 2, clock })
  const backends = { near: { backend: inner, timeoutMs: 30_000 }, far: { backend: z } }
  const pool = await createPool({ backends, clock })
  return { clock, pool, inner, x, y, z }
}

describe('a pool in a pool', () => {
  test('is written, read, listed and deleted like any backend', async () => {
    const { pool, x, y, z } = await nested()
    pool.setHealth('far', false)
    for (const one of blocks(5)) await pool.put(one)
    pool.setHealth('far', true)
    expect([await x.holds(cid), await y.holds(cid), await z.holds(cid)]).toEqual([true, true, false])
    expect(same(await pool.get(cid), bytes)).toBe(true)
    expect((await listed(pool)).length).toBe(5)
    await pool.delete(cid)
    expect(await pool.has(cid)).toBe(false)
  })

  test('that cannot tell makes an absence unknown outside, too', async () => {
    const { pool, x } = await nested()
    expect(await pool.get(cid)).toBeUndefined()
    x.always('get', fail())
    const error = await rejection(pool.get(cid))
    expect(error.code).toBe('ERR_UNAVAILABLE')
    expect(error.outcomes).toMatchObject({
      near: { outcome: 'transient', error: { code: 'ERR_UNAVAILABLE' } },
    })
  })

  test('that cannot tell does not keep the outer pool from finding the block elsewhere', async () => {
    const { pool, x, z } = await nested()
    await z.inner.put(block(1))
    x.always('get', fail())
    expect(same(await pool.get(cid), bytes)).toBe(true)
  })

  test('whose delete is not confirmed hides the block from the outer pool too', async () => {
    const { pool, y } = await nested()
    await y.inner.put(block(1))
    y.always('delete', fail())
    await pool.delete(cid)
    expect(await pool.get(cid)).toBeUndefined()
    expect(await y.holds(cid)).toBe(true)
  })

  test('whose list is not complete ends the outer list in an error', async () => {
    const { pool, x } = await nested()
    x.always('list', fail())
    expect((await rejection(listed(pool))).code).toBe('ERR_UNAVAILABLE')
  })

  test('hears of an abort of the outer pool', async () => {
    const { pool, clock, x } = await nested()
    x.always('get', hang)
    const controller = new AbortController()
    const got = rejection(pool.get(cid, { signal: controller.signal }))
    await flush()
    controller.abort()
    await clock.advance(100)
    expect(await got).toBe(controller.signal.reason)
    expect(pool.stats().aborted).toBe(1)
    await clock.advance(100)
    await pool.settled()
  })

  test('closes its backends when the outer pool closes, and leaves no timer', async () => {
    const { pool, clock, x, y, z } = await nested()
    await pool.close()
    expect([x.isOpen, y.isOpen, z.isOpen]).toEqual([false, false, false])
    expect(clock.scheduled).toBe(0)
  })
})

describe('the traits of a pool', () => {
  test.each([
    ['process', 'power', 'none', 'process'],
    ['none', 'power', 'process', 'process'],
    ['power', 'power', 'none', 'power'],
    ['none', 'power', 'none', 'none'],
  ] as const)(
    'over backends of %s and %s, asked for %s, say %s',
    async (first, second, durability, expected) => {
      const backends = {
        a: { backend: scripted({ durability: first }) },
        b: { backend: scripted({ durability: second }) },
      }
      const pool = await createPool({ backends, durability, clock: new ManualClock() })
      expect(pool.traits.durability).toBe(expected)
      await pool.close()
    },
  )
})

test('usage counts the blocks and bytes of all copies', async () => {
  const { inner } = await nested()
  await inner.put(block(1))
  expect(await inner.usage()).toEqual({ blocks: 2, bytes: 200 })
})

test('ping fails when fewer than minHealthy backends are healthy', async () => {
  const backends = { a: { backend: scripted() }, b: { backend: scripted() } }
  const pool = await createPool({ backends, minHealthy: 2, clock: new ManualClock() })
  await pool.ping()
  pool.setHealth('a', false)
  expect((await rejection(pool.ping())).code).toBe('ERR_UNAVAILABLE')
})
