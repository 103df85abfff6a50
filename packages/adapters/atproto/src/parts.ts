import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { Claim } from './claims.ts'
import { type BlockKey, cidOfKey, keyOfMultihash } from './keys.ts'
import { lost, type Shared } from './shared.ts'

/**
 * The largest part of a blob, 4 MiB: an image is one block under the blob's own CID, and a stream of a video holds
 * little. Stores that take less get smaller parts.
 */
const MAX_PART_BYTES = 4 * 1024 * 1024
/** Multicodec codes. https://github.com/multiformats/multicodec */
const RAW = 0x55
const SHA2_256 = 0x12

export interface Parts {
  readonly keys: readonly BlockKey[]
  /** Multihash of all bytes. */
  readonly hash: BlockKey
  /** All bytes. */
  readonly size: number
}

/**
 * Puts the bytes of a blob in parts while they come, one after the other, so that memory holds one part. All parts are in
 * the claim.
 * @throws what the source or the store fails with.
 */
export async function putParts(
  { claims, store }: Shared,
  source: Uint8Array | Readable,
  claim: Claim,
): Promise<Parts> {
  const whole = createHash('sha256')
  const keys: BlockKey[] = []
  let size = 0
  for await (const bytes of portions(
    source,
    Math.min(MAX_PART_BYTES, store.traits?.maxBlockBytes ?? MAX_PART_BYTES),
  )) {
    whole.update(bytes)
    size += bytes.length
    const cid = CID.createV1(RAW, Digest.create(SHA2_256, createHash('sha256').update(bytes).digest()))
    const key = keyOfMultihash(cid.multihash.bytes)
    await claims.take(claim, [key])
    await store.put({ cid, bytes })
    keys.push(key)
  }
  return { keys, size, hash: keyOfMultihash(Digest.create(SHA2_256, whole.digest()).bytes) }
}

/** The parts of a blob in their order. */
export async function* readParts(
  { store }: Shared,
  did: string,
  keys: readonly BlockKey[],
): AsyncGenerator<Uint8Array> {
  for (const key of keys) {
    const bytes = await store.get(cidOfKey(key))
    if (!bytes) throw lost(did, [key])
    yield bytes
  }
}

/** Portions of exactly `size` bytes, but for the last; one portion without bytes when there are none at all. */
async function* portions(source: Uint8Array | Readable, size: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let bytes = 0
  let empty = true
  for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<unknown>)) {
    for (let left = bytesOf(chunk); left.length > 0; ) {
      const part = left.subarray(0, size - bytes)
      left = left.subarray(part.length)
      held.push(part)
      bytes += part.length
      if (bytes < size) continue
      yield joined(held, bytes)
      ;[held, bytes, empty] = [[], 0, false]
    }
  }
  if (bytes > 0 || empty) yield joined(held, bytes)
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('a portion of a blob is no Uint8Array')
}

/** A copy of its own: whoever gave the portions may use their memory again. */
function joined(portions: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const portion of portions) {
    bytes.set(portion, at)
    at += portion.length
  }
  return bytes
}
