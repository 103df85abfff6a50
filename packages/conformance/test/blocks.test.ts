import { createHash } from 'node:crypto'
import { blockKey } from '@blockpool/core'
import { expect, test } from 'vitest'
import { abcBlocks, blockOf, sha512BlockOf, spellings } from '../src/blocks.ts'

const bytes = new TextEncoder().encode('abc')

test.each([
  ['sha256', blockOf],
  ['sha512', sha512BlockOf],
] as const)('the digest of a block is its %s', async (name, make) => {
  const { cid } = await make(bytes)
  expect(cid.multihash.digest).toEqual(new Uint8Array(createHash(name).update(bytes).digest()))
})

test.each([
  [0x11, 'sha1'],
  [0x16, 'sha3-256'],
])('the block of hash function %i carries the digest that %s gives', (code, name) => {
  const block = abcBlocks().find(({ cid }) => cid.multihash.code === code)
  expect(block?.cid.multihash.digest).toEqual(new Uint8Array(createHash(name).update(bytes).digest()))
})

test('the spellings of a CID are different texts of one multihash', async () => {
  const { cid } = await blockOf(bytes)
  const all = spellings(cid)
  expect(new Set(all.map(String)).size).toBe(4)
  expect(new Set(all.map(blockKey)).size).toBe(1)
  const prefixes = ['Qm', 'bafyb', 'bafyr', 'bafkr']
  for (const [i, prefix] of prefixes.entries()) expect(String(all[i]).startsWith(prefix)).toBe(true)
})
