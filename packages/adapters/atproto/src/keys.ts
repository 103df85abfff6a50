import type { Cid } from '@atproto/lex-data'
import { blockKey, cidFromMultihash } from '@blockpool/core'
import { CID } from 'multiformats/cid'

/** The identity of a block, as `blockKey` of core makes it: the bytes of its multihash, one character (latin1) a byte. */
export type BlockKey = string

/**
 * A CID of `@atproto/lex-data` as the one that stores know. They are made by two releases of multiformats: the parts are
 * taken over, nothing is parsed or encoded.
 */
export function toCid(cid: Cid): CID {
  return CID.asCID(cid) ?? CID.decode(cid.bytes)
}

export function keyOf(cid: Cid): BlockKey {
  return blockKey(toCid(cid))
}

export function keyOfMultihash(multihash: Uint8Array): BlockKey {
  return Buffer.from(multihash.buffer, multihash.byteOffset, multihash.byteLength).toString('latin1')
}

export function multihashOf(key: BlockKey): Uint8Array {
  return Uint8Array.from(Buffer.from(key, 'latin1'))
}

export function cidOfKey(key: BlockKey): CID {
  return cidFromMultihash(multihashOf(key))
}
