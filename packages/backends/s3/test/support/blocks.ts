import { randomBytes } from 'node:crypto'
import type { Backend, Block } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

export async function blockOf(content: Uint8Array = randomBytes(64)): Promise<Block> {
  const bytes = new Uint8Array(content)
  return { cid: CID.createV1(0x55, await sha256.digest(bytes)), bytes }
}

export function blocksOf(count: number, size = 64): Promise<readonly Block[]> {
  return Promise.all(Array.from({ length: count }, () => blockOf(randomBytes(size))))
}

/** The names of the blocks that it lists, in order. */
export async function listed(store: Backend): Promise<readonly string[]> {
  const names = []
  for await (const cid of store.list()) names.push(`${cid}`)
  return names.sort()
}

export function namesOf(blocks: readonly Block[]): readonly string[] {
  return blocks.map(({ cid }) => `${cid}`).sort()
}
