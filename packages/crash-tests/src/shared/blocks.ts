import { createHash } from 'node:crypto'
import { type Block, blockName } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { seeded } from './random.ts'

const RAW = 0x55
const SHA2_256 = 0x12
const HEADER_BYTES = 8
const MAX_BYTES = 65_536

const pattern: Uint8Array = (() => {
  const random = seeded(1)
  const words = new Uint32Array((2 * MAX_BYTES) / 4).map(() => random.next())
  return new Uint8Array(words.buffer)
})()

/** The CID (version 1, raw codec, SHA-256) of some bytes. */
export function cidOf(bytes: Uint8Array): CID {
  const digest = createHash('sha256').update(bytes).digest()
  return CID.createV1(RAW, Digest.create(SHA2_256, new Uint8Array(digest)))
}

/** Block number `n`: the same in every process. Most have up to 2 KiB, one in eight up to `maxBytes`. */
export function numberedBlock(n: number, maxBytes: number = MAX_BYTES): Block {
  const random = seeded(n)
  const room = (random.oneIn(8) ? maxBytes : Math.min(2_048, maxBytes)) - HEADER_BYTES
  const size = HEADER_BYTES + random.below(room)
  const at = random.below(MAX_BYTES)
  const bytes = pattern.slice(at, at + size)
  new DataView(bytes.buffer).setFloat64(0, n)
  return { cid: cidOf(bytes), bytes }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Whether two CIDs address one block. */
export function sameBlock(a: CID, b: CID): boolean {
  return blockName(a) === blockName(b)
}
