import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, test } from 'vitest'
import { base32 } from '../src/base32.ts'
import {
  blockKey,
  blockName,
  cidFromMultihash,
  cidFromName,
  digestWords,
  isIdentity,
  rawCid,
} from '../src/index.ts'
import { blockOf, cidOf, DAG_PB, IDENTITY, RAW, SHA2_256, SHA2_512 } from './support/blocks.ts'
import { rejection } from './support/pool.ts'

const { cid } = blockOf('hello')
const v0 = CID.createV0(cid.multihash as never)
const dagPb = CID.createV1(DAG_PB, cid.multihash)

describe('the identity of a block is its multihash', () => {
  test('Qm…, bafy… and bafk… of one hash have one key and one name', () => {
    expect([v0, dagPb].map(blockKey)).toEqual([blockKey(cid), blockKey(cid)])
    expect([v0, dagPb].map(blockName)).toEqual([blockName(cid), blockName(cid)])
    expect([v0, dagPb].map((other) => rawCid(other).toString())).toEqual([cid.toString(), cid.toString()])
  })

  test('one digest under two hash functions, or cut, is another block', () => {
    const { digest } = cid.multihash
    const others = [cidOf(0xb220, digest), cidOf(SHA2_256, digest.subarray(0, 20))]
    expect(new Set([cid, ...others].map(blockKey)).size).toBe(3)
    expect(new Set([cid, ...others].map(blockName)).size).toBe(3)
  })

  test('a raw CID is taken as it is', () => {
    expect(rawCid(cid)).toBe(cid)
  })
})

describe('blockName', () => {
  test('is base32 of the multihash, and leads back to the CID', () => {
    const name = blockName(cid)
    expect(name).toMatch(/^[a-z2-7]+$/)
    expect(cidFromName(name)?.toString()).toBe(cid.toString())
  })

  test.each([0, 129])('a digest of %d bytes names no block', async (size) => {
    const error = await rejection((async () => blockName(cidOf(SHA2_512, new Uint8Array(size))))())
    expect(error.code).toBe('ERR_INVALID_CID')
  })

  test.each([1, 128])('a digest of %d bytes does', (size) => {
    const short = cidOf(SHA2_512, new Uint8Array(size))
    expect(cidFromName(blockName(short))?.toString()).toBe(short.toString())
  })
})

describe('cidFromName', () => {
  test.each([
    [''],
    ['..'],
    ['a/b'],
    ['CIQ'],
    ['ciqa'],
    ['b1'],
    ['8'],
    [`${blockName(cid)}a`],
    [`${blockName(cid)}/x`],
  ])('%o is no name of a block', (name) => {
    expect(cidFromName(name)).toBeUndefined()
  })

  test('another spelling of a name is none', () => {
    expect(cidFromName(blockName(cid).toUpperCase())).toBeUndefined()
  })
})

test('a multihash leads to CIDv1 with the raw codec', () => {
  const made = cidFromMultihash(cid.multihash.bytes)
  expect(made.version).toBe(1)
  expect(made.code).toBe(RAW)
  expect(made.equals(cid)).toBe(true)
})

describe('the CID of a multihash or a name', () => {
  const codes = fc.constantFrom(SHA2_256, SHA2_512, 0x7f, 0x80, 0xb220, 0x300000)

  test('is what multiformats makes of it', () => {
    const property = fc.property(codes, fc.uint8Array({ minLength: 1, maxLength: 128 }), (code, digest) => {
      const expected = CID.createV1(RAW, Digest.create(code, digest))
      for (const made of [cidFromMultihash(expected.multihash.bytes), cidFromName(blockName(expected))]) {
        expect(made).toEqual(expected)
        expect(made?.toString()).toBe(expected.toString())
      }
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('is refused where the size is not that of the digest', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let expected: CID | undefined
      try {
        expected = CID.createV1(RAW, Digest.decode(bytes))
      } catch {}
      expect(cidFromName(base32(bytes))).toEqual(expected)
      if (!expected) expect(() => cidFromMultihash(bytes)).toThrow()
    })
    fc.assert(property, { numRuns: 2_000 })
  })
})

test('digest words are two uint32, padded with zeros', () => {
  expect(digestWords(cidOf(SHA2_256, Uint8Array.of(255, 1, 2, 3, 4, 5, 6, 7, 8)))).toEqual([
    0xff010203, 0x04050607,
  ])
  expect(digestWords(cidOf(SHA2_256, Uint8Array.of(255)))).toEqual([0xff000000, 0])
})

test('only the identity hash carries the bytes', () => {
  expect(isIdentity(cidOf(IDENTITY, Uint8Array.of(1)))).toBe(true)
  expect(isIdentity(cid)).toBe(false)
})
