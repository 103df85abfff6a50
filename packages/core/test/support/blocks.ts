import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { Block } from '../../src/index.ts'

export const RAW = 0x55
export const DAG_PB = 0x70
export const SHA2_256 = 0x12
export const SHA2_512 = 0x13
export const IDENTITY = 0x00

export function cidOf(code: number, digest: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(code, digest))
}

/** The block of these bytes, addressed by sha2-256. */
export function blockOf(content: string | Uint8Array): Block {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { cid: cidOf(SHA2_256, createHash('sha256').update(bytes).digest()), bytes }
}

/** A block of its own for each number, of `size` bytes. */
export function block(n: number, size = 100): Block {
  const bytes = new Uint8Array(size).fill(n & 0xff)
  new DataView(bytes.buffer).setUint32(0, n)
  return blockOf(bytes)
}

export function blocks(count: number, size = 100): readonly Block[] {
  return Array.from({ length: count }, (_, n) => block(n, size))
}

/** CIDs of sha2-256 whose digests are drawn from a seed; nothing hashes to them. */
export function cids(count: number, uint32: () => number): readonly CID[] {
  return Array.from({ length: count }, () => {
    const words = Uint32Array.from({ length: 8 }, uint32)
    return cidOf(SHA2_256, new Uint8Array(words.buffer))
  })
}

export function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}
