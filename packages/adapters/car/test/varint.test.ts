import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteReader } from '../src/byte-reader.ts'
import { encodeVarint } from '../src/varint.ts'
import { varintOf } from './support/files.ts'

const number = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 70_000 }))

it('a number is written as multiformats writes it, and read again', async () => {
  await fc.assert(
    fc.asyncProperty(number, async (value) => {
      const bytes = encodeVarint(value)
      expect(bytes).toEqual(varintOf(value))
      expect(await new ByteReader([bytes]).varint()).toBe(value)
    }),
  )
})
