import { createHash } from 'node:crypto'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, test } from 'vitest'
import { Hashes } from '../src/hash.ts'
import { errorCode } from '../src/index.ts'
import { blockOf, cidOf, IDENTITY, SHA2_256, SHA2_512 } from './support/blocks.ts'

const BYTES = new TextEncoder().encode('hello')
const sha256 = createHash('sha256').update(BYTES).digest()
const sha512 = createHash('sha512').update(BYTES).digest()

/** A hasher of an unregistered code: 32 bytes, each the sum of all before it. */
const SUMS = 0x300001
const sums = {
  name: 'sums',
  code: SUMS,
  encode: () => new Uint8Array(),
  digest: async (bytes: Uint8Array) => Digest.create(SUMS, sumsOf(bytes)),
} as never

function sumsOf(bytes: Uint8Array): Uint8Array {
  let sum = 0
  return Uint8Array.from({ length: 32 }, (_, i) => (sum += (bytes[i] ?? 0) + i))
}

function codeOf(task: () => void): string | undefined {
  try {
    task()
  } catch (error) {
    return errorCode(error)
  }
  return undefined
}

describe('sha2', () => {
  const hashes = new Hashes([])

  test.each([
    ['sha2-256', cidOf(SHA2_256, sha256)],
    ['sha2-512', cidOf(SHA2_512, sha512)],
    ['sha2-512 cut to 32 bytes', cidOf(SHA2_512, sha512.subarray(0, 32))],
    ['sha2-256 cut to 20 bytes', cidOf(SHA2_256, sha256.subarray(0, 20))],
  ])('%s is checked at once', (_, cid) => {
    expect(codeOf(() => hashes.assertKnown(cid))).toBeUndefined()
    expect(hashes.matches(cid, BYTES)).toBe(true)
    expect(hashes.matches(cid, new TextEncoder().encode('hellp'))).toBe(false)
  })

  test('the empty block is a block', () => {
    const empty = blockOf('')
    expect(hashes.matches(empty.cid, empty.bytes)).toBe(true)
  })

  test.each([19, 1, 0])('a digest cut to %d bytes identifies nothing', (length) => {
    expect(codeOf(() => hashes.assertKnown(cidOf(SHA2_256, sha256.subarray(0, length))))).toBe(
      'ERR_INVALID_CID',
    )
  })

  test('a digest longer than the hash function makes is of no block', () => {
    const long = cidOf(SHA2_256, new Uint8Array([...sha256, 0]))
    expect(codeOf(() => hashes.assertKnown(long))).toBe('ERR_INVALID_CID')
    expect(hashes.matches(long, BYTES)).toBe(false)
  })

  test('without node:crypto the same verdicts come from WebCrypto', async () => {
    expect(await hashes.matchesLater(cidOf(SHA2_512, sha512), BYTES)).toBe(true)
    expect(await hashes.matchesLater(cidOf(SHA2_256, sha256.subarray(0, 20)), BYTES)).toBe(true)
    expect(await hashes.matchesLater(cidOf(SHA2_256, sha512.subarray(0, 32)), BYTES)).toBe(false)
  })
})

describe('other hash functions', () => {
  const digest = sumsOf(BYTES)

  test('are unknown unless a hasher is given', () => {
    expect(codeOf(() => new Hashes([]).assertKnown(cidOf(SUMS, digest)))).toBe('ERR_UNKNOWN_HASH')
    expect(codeOf(() => new Hashes([sums]).assertKnown(cidOf(SUMS, digest)))).toBeUndefined()
  })

  test('are checked later', async () => {
    const hashes = new Hashes([sums])
    expect(hashes.matches(cidOf(SUMS, digest), BYTES)).toBeUndefined()
    expect(await hashes.matchesLater(cidOf(SUMS, digest), BYTES)).toBe(true)
    expect(await hashes.matchesLater(cidOf(SUMS, digest), new Uint8Array(5))).toBe(false)
  })

  test('may be cut to 20 bytes, but not further', async () => {
    const hashes = new Hashes([sums])
    expect(await hashes.matchesLater(cidOf(SUMS, digest.subarray(0, 20)), BYTES)).toBe(true)
    expect(await hashes.matchesLater(cidOf(SUMS, digest.subarray(0, 19)), BYTES)).toBe(false)
    expect(await hashes.matchesLater(cidOf(SUMS, digest.subarray(0, 0)), BYTES)).toBe(false)
  })
})

test('the digest of an identity CID is the bytes, no more and no fewer', () => {
  const hashes = new Hashes([])
  const cid = cidOf(IDENTITY, BYTES)
  expect(hashes.isIdentityOf(cid, BYTES)).toBe(true)
  expect(hashes.isIdentityOf(cid, new Uint8Array([...BYTES, 0]))).toBe(false)
  expect(hashes.isIdentityOf(cid, BYTES.subarray(1))).toBe(false)
})
