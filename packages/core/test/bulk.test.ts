import { describe, expect, test } from 'vitest'
import { getAll, memory, putAll } from '../src/index.ts'
import { block, blocks, same } from './support/blocks.ts'
import { flush } from './support/clock.ts'
import { rejection } from './support/pool.ts'
import { fail, Gate, scripted } from './support/scripted.ts'

describe('putAll', () => {
  test('puts every block of an iterable or async iterable', async () => {
    const store = memory()
    await putAll(store, blocks(50))
    async function* more() {
      yield block(100)
      yield block(101)
    }
    await putAll(store, more())
    expect((await store.usage?.())?.blocks).toBe(52)
  })

  test('keeps at most `concurrency` puts under way', async () => {
    const store = scripted()
    const gate = new Gate()
    store.always('put', gate.before)
    const done = putAll(store, blocks(10), { concurrency: 4 })
    await flush()
    expect(store.count('put')).toBe(4)
    await gate.open()
    await done
    expect(store.count('put')).toBe(10)
  })

  test('rejects with the first error, after those under way have ended', async () => {
    const store = scripted()
    const gate = new Gate()
    store.once('put', fail('ERR_FULL'), gate.before)
    const failed = rejection(putAll(store, blocks(5), { concurrency: 2 }))
    await flush()
    await gate.open()
    expect((await failed).code).toBe('ERR_FULL')
    expect(await store.holds(block(1).cid)).toBe(true)
    expect(store.count('put')).toBe(2)
  })

  test('stops when its signal aborts', async () => {
    const store = scripted()
    const controller = new AbortController()
    async function* endless() {
      for (let n = 0; ; n++) {
        if (n === 10) controller.abort(new Error('enough'))
        yield block(n)
      }
    }
    const error = await rejection(putAll(store, endless(), { signal: controller.signal }))
    expect(error).toBe(controller.signal.reason)
    expect(store.count('put')).toBe(10)
  })
})

describe('getAll', () => {
  test('yields in the order of the CIDs, with undefined for what is absent', async () => {
    const store = scripted()
    const all = blocks(20)
    await putAll(store, all.slice(0, 19))
    const gate = new Gate()
    store.once('get', gate.before)
    setImmediate(() => void gate.open())
    const got: boolean[] = []
    for await (const { cid, bytes } of getAll(
      store,
      all.map((b) => b.cid),
    )) {
      const wanted = all[got.length] as (typeof all)[number]
      expect(cid.equals(wanted.cid)).toBe(true)
      got.push(same(bytes, wanted.bytes))
    }
    expect(got).toEqual([...new Array(19).fill(true), false])
  })

  test('gets no more when its consumer stops', async () => {
    const store = scripted()
    for await (const _ of getAll(
      store,
      blocks(100).map((b) => b.cid),
      { concurrency: 3 },
    ))
      break
    expect(store.count('get')).toBeLessThanOrEqual(4)
  })
})
