import { type Block, type BlockStore, rawCid } from '@blockpool/core'
import { base16 } from 'multiformats/bases/base16'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256, sha512 } from 'multiformats/hashes/sha2'

/** Multicodec codes. https://github.com/multiformats/multicodec/blob/master/table.csv */
export const RAW = 0x55
const DAG_PB = 0x70
const DAG_CBOR = 0x71
export const SHA2_512 = 0x13

/** The block of these bytes: sha2-256, CID version 1, raw codec. */
export async function blockOf(bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(RAW, await sha256.digest(bytes)), bytes }
}

/** The same of sha2-512. */
export async function sha512BlockOf(bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(RAW, await sha512.digest(bytes)), bytes }
}

/** The three bytes "abc" under hash functions of one and of several bytes of code, with their published digests. */
export function abcBlocks(): readonly Block[] {
  return ABC_DIGESTS.map(([code, digest]) => ({
    cid: cidOf(code, base16.baseDecode(digest)),
    bytes: new TextEncoder().encode('abc'),
  }))
}

const ABC_DIGESTS: ReadonlyArray<readonly [code: number, digest: string]> = [
  // sha1
  [0x11, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  // sha3-256
  [0x16, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  // blake3
  [0x1e, '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
  // blake2b-256
  [0xb220, 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
]

/** A CID (version 1, raw codec) of a hash function and digest. */
export function cidOf(hashCode: number, digest: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(hashCode, digest))
}

/** Every way to write the CID of one sha2-256 block: `Qm…`, `bafy…`, dag-cbor and `bafk…`. */
export function spellings(cid: CID): readonly CID[] {
  const { multihash } = cid
  return [
    CID.createV0(multihash as Parameters<typeof CID.createV0>[0]),
    CID.createV1(DAG_PB, multihash),
    CID.createV1(DAG_CBOR, multihash),
    rawCid(cid),
  ]
}

export async function putAll(store: BlockStore, blocks: readonly Block[]): Promise<void> {
  await Promise.all(blocks.map((block) => store.put(block)))
}

export async function listAll(store: BlockStore): Promise<readonly CID[]> {
  const cids: CID[] = []
  for await (const cid of store.list()) cids.push(cid)
  return cids
}
