import { describe, expect, test } from 'vitest'
import { memory } from '../src/index.ts'
import { block, blockOf } from './support/blocks.ts'
import { listed, rejection } from './support/pool.ts'

test('keeps a reference to the bytes of a block', async () => {
  const store = memory()
  const one = block(1)
  await store.put(one)
  expect(await store.get(one.cid)).toBe(one.bytes)
})

test.each([
  ['under half of its buffer is copied', 49, false],
  ['half of its buffer or more is kept', 50, true],
])('a view that shows %s', async (_, size, kept) => {
  const store = memory()
  const buffer = new Uint8Array(100)
  const one = blockOf(buffer.subarray(0, size))
  await store.put(one)
  expect((await store.get(one.cid))?.buffer === buffer.buffer).toBe(kept)
})

describe('with a limit', () => {
  test('a put beyond it is refused and has no effect', async () => {
    const store = memory({ maxBytes: 250 })
    await store.put(block(1))
    await store.put(block(2))
    expect((await rejection(store.put(block(3)))).code).toBe('ERR_FULL')
    expect(await store.has(block(3).cid)).toBe(false)
    expect(await store.usage?.()).toEqual({ blocks: 2, bytes: 200, freeBytes: 50 })
  })

  test('a put of a block that is there takes no more room', async () => {
    const store = memory({ maxBytes: 100 })
    await store.put(block(1))
    await store.put(block(1))
    expect((await store.usage?.())?.bytes).toBe(100)
  })

  test('deletes make room', async () => {
    const store = memory({ maxBytes: 100 })
    await store.put(block(1))
    await store.delete(block(1).cid)
    await store.delete(block(1).cid)
    await store.put(block(2))
    expect(await store.usage?.()).toEqual({ blocks: 1, bytes: 100, freeBytes: 0 })
  })
})

test('close drops the blocks, and what opens again is another store', async () => {
  const store = memory()
  await store.put(block(1))
  const id = await store.identity?.()
  await store.close?.()
  expect((await rejection(store.get(block(1).cid))).code).toBe('ERR_CLOSED')
  await store.open?.()
  expect(await listed(store)).toEqual([])
  expect(await store.identity?.()).not.toBe(id)
})
