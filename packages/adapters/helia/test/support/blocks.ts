import type { Block } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'

const RAW = 0x55

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}

export async function blockOf(content: string | Uint8Array): Promise<Block> {
  const bytes = bytesOf(content)
  return { cid: CID.createV1(RAW, await sha256.digest(bytes)), bytes }
}

export async function sha512BlockOf(content: string): Promise<Block> {
  const bytes = bytesOf(content)
  return { cid: CID.createV1(RAW, await sha512.digest(bytes)), bytes }
}

/** A block whose CID carries its bytes. */
export function identityBlockOf(content: string): Block {
  const bytes = bytesOf(content)
  return { cid: CID.createV1(RAW, identity.digest(bytes)), bytes }
}

export function blocksOf(count: number, label = 'block'): Promise<Block[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => blockOf(`${label} ${i}`)))
}
