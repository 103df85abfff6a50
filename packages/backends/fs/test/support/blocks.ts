import { createHash } from 'node:crypto'
import type { Block, BlockStore } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

/** The block of a text; sha2-256, CID version 1, raw codec. */
export function blockOf(text: string): Block {
  const bytes = new TextEncoder().encode(text)
  const digest = createHash('sha256').update(bytes).digest()
  return { cid: CID.createV1(0x55, Digest.create(0x12, new Uint8Array(digest))), bytes }
}

export function blocksOf(count: number): readonly Block[] {
  return Array.from({ length: count }, (_, i) => blockOf(`block ${i}`))
}

export async function listed(store: BlockStore): Promise<string[]> {
  const cids: string[] = []
  for await (const cid of store.list()) cids.push(cid.toString())
  return cids.sort()
}

export function cidsOf(blocks: readonly Block[]): string[] {
  return blocks.map((block) => block.cid.toString()).sort()
}
