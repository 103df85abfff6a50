import { cidForCbor, cidForRawBytes } from '@atproto/lex-data'
import { blockKey } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { cidOfKey, keyOf, keyOfMultihash, multihashOf, toCid } from '../src/keys.ts'

test('a CID of atproto becomes one that stores know, with the same bytes and not parsed', async () => {
  const cid = await cidForCbor(Uint8Array.of(0xa0))
  const ours = toCid(cid)
  expect(ours).toBeInstanceOf(CID)
  expect(ours.bytes).toBe(cid.bytes)
  expect(`${ours}`).toBe(`${cid}`)
})

test('a CID of any other making becomes one, too', async () => {
  const { bytes, code, multihash, version } = await cidForRawBytes(Uint8Array.of(1))
  const foreign = { bytes, code, multihash, version, equals: () => true, toString: () => 'foreign' }
  expect(toCid(foreign).bytes).toEqual(bytes)
})

test('the key of a block leads back to its multihash, whatever the codec', async () => {
  const raw = await cidForRawBytes(Uint8Array.of(0xa0))
  const cbor = await cidForCbor(Uint8Array.of(0xa0))
  expect(keyOf(raw)).toBe(keyOf(cbor))
  expect(cidOfKey(keyOf(cbor)).bytes).toEqual(raw.bytes)
  expect(keyOfMultihash(multihashOf(keyOf(raw)))).toBe(blockKey(toCid(raw)))
})
