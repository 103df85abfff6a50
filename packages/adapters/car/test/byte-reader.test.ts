import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteReader } from '../src/byte-reader.ts'
import { concat, portions } from './support/files.ts'

it('takes and skips exact amounts from portions of any size, and knows where it is', async () => {
  const step = fc.record({ count: fc.nat({ max: 20 }), skip: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      async (steps, size) => {
        const bytes = Uint8Array.from({ length: 400 }, (_, at) => at)
        const reader = new ByteReader(portions(bytes, size))
        let at = 0
        for (const { count, skip } of steps) {
          if (skip) await reader.skip(count, at)
          else expect(await reader.take(count, at)).toEqual(bytes.subarray(at, at + count))
          at += count
          expect(reader.offset).toBe(at)
        }
      },
    ),
  )
})

it('takes a view of what lies within one portion, and copies what does not', async () => {
  const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6])
  const reader = new ByteReader([bytes.subarray(0, 4), bytes.subarray(4)])
  expect((await reader.take(3, 0)).buffer).toBe(bytes.buffer)
  const crossing = await reader.take(2, 3)
  expect(crossing).toEqual(Uint8Array.of(4, 5))
  expect(crossing.buffer).not.toBe(bytes.buffer)
})

it('hands on a Buffer as a Uint8Array over the same memory', async () => {
  const buffer = Buffer.from([1, 2, 3])
  const taken = await new ByteReader([buffer]).take(3, 0)
  expect(taken.constructor).toBe(Uint8Array)
  expect(taken.buffer).toBe(buffer.buffer)
})

it('passes by portions that are empty', async () => {
  const reader = new ByteReader([new Uint8Array(), Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2)])
  expect(await reader.take(2, 0)).toEqual(Uint8Array.of(1, 2))
  expect(await reader.isAtEnd()).toBe(true)
})

it('ends where it is told to, until it is told otherwise', async () => {
  const reader = new ByteReader([Uint8Array.of(1, 2, 3, 4)])
  reader.endAt(2)
  await expect(reader.take(3, 0)).rejects.toMatchObject({ code: 'ERR_CAR_MALFORMED', offset: 0 })
  await reader.take(2, 0)
  expect(await reader.isAtEnd()).toBe(true)
  await expect(reader.varint()).rejects.toMatchObject({ code: 'ERR_CAR_MALFORMED', offset: 2 })
  reader.endAt(Number.POSITIVE_INFINITY)
  expect(await reader.isAtEnd()).toBe(false)
  await reader.drain()
  expect(reader.offset).toBe(4)
})

it('names the beginning of what is cut off', async () => {
  const reader = new ByteReader(portions(concat(new Uint8Array(10)), 3))
  await reader.skip(4, 0)
  await expect(reader.take(7, 2)).rejects.toMatchObject({ code: 'ERR_CAR_TRUNCATED', offset: 2 })
})
