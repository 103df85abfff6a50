import { expect, test } from 'vitest'
import { gather } from '../src/gather.ts'
import { errorOf } from './support/collect.ts'

const bytes = new Uint8Array([1, 2, 3, 4, 5])

test('bytes come back as they are, not copied', async () => {
  expect(await gather(bytes)).toBe(bytes)
  expect(await gather([bytes])).toBe(bytes)
})

test('chunks come back joined, from arrays, generators and async generators', async () => {
  const chunks = [bytes.subarray(0, 2), new Uint8Array(0), bytes.subarray(2)]
  const sync = function* (): Generator<Uint8Array> {
    yield* chunks
  }
  const later = async function* (): AsyncGenerator<Uint8Array> {
    yield* chunks
  }
  for (const value of [chunks, sync(), later()]) expect(await gather(value)).toEqual(bytes)
})

test('no chunk at all is an empty block', async () => {
  expect(await gather([])).toEqual(new Uint8Array(0))
})

test('a stream is read no further than the largest block, and is ended', async () => {
  let ended = false
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield bytes
    } finally {
      ended = true
    }
  }
  expect(await errorOf(() => gather(endless(), 12))).toMatchObject({ code: 'ERR_BLOCK_TOO_LARGE' })
  expect(ended).toBe(true)
})

test('chunks that are no bytes are refused', async () => {
  expect(await errorOf(() => gather('text' as unknown as Uint8Array))).toBeInstanceOf(TypeError)
  expect(await errorOf(() => gather([[1, 2]] as unknown as Uint8Array[]))).toBeInstanceOf(TypeError)
})
