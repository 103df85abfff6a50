import type { Block } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const RAW = 0x55

export async function blockOf(content: string | Uint8Array): Promise<Block> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { cid: CID.createV1(RAW, await sha256.digest(bytes)), bytes }
}

export function blocksOf(count: number, label = 'block'): Promise<Block[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => blockOf(`${label} ${i}`)))
}
