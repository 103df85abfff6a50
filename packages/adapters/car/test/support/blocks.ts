import { createHash } from 'node:crypto'
import { type Backend, type Block, type BlockStore, memory } from '@blockpool/core'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

export const RAW = 0x55

export function blockOf(bytes: Uint8Array, codec: number = RAW): Block {
  const digest = new Uint8Array(createHash('sha256').update(bytes).digest())
  // A Buffer and a Uint8Array of the same bytes are not equal to a test.
  return { cid: CID.createV1(codec, Digest.create(0x12, digest)), bytes: Uint8Array.from(bytes) }
}

export const text = (words: string): Block => blockOf(new TextEncoder().encode(words))
export const cbor = (value: unknown): Block => blockOf(dagCbor.encode(value), dagCbor.code)
export const json = (value: unknown): Block => blockOf(dagJson.encode(value), dagJson.code)

export function pb(links: readonly CID[], data: Uint8Array = new Uint8Array()): Block {
  const node = { Data: data, Links: links.map((Hash) => ({ Name: '', Tsize: 0, Hash })) }
  return blockOf(dagPb.encode(node), dagPb.code)
}

/** A block whose CID carries it. */
export function identityBlock(bytes: Uint8Array, codec: number = RAW): Block {
  return { cid: CID.createV1(codec, Digest.create(0x00, bytes)), bytes }
}

/** Raw blocks of a size, all different. */
export function* rawBlocks(count: number, size: number): Generator<Block> {
  for (let at = 0; at < count; at += 1) {
    const bytes = new Uint8Array(size)
    new DataView(bytes.buffer).setUint32(0, at)
    yield blockOf(bytes)
  }
}

export async function storeOf(blocks: Iterable<Block>): Promise<Backend> {
  const store = memory()
  await store.open?.()
  for (const block of blocks) await store.put(block)
  return store
}

export const NOWHERE: Pick<BlockStore, 'put'> = { put: () => Promise.resolve() }
