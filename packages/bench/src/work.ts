import { hash, randomFillSync } from 'node:crypto'
import type { Block } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

export const MIB = 1_048_576

/** Multicodec codes of the raw codec and of sha2-256. */
const RAW = 0x55
const SHA2_256 = 0x12

/** Blocks of random bytes, each in memory of its own. */
export function makeBlocks(count: number, bytes: number): readonly Block[] {
  return Array.from({ length: count }, () => {
    const data = new Uint8Array(bytes)
    randomFillSync(data)
    return { cid: cidOf(data), bytes: data }
  })
}

export function cidOf(bytes: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, new Uint8Array(digest(bytes))))
}

/** The fastest SHA-256 that Node has: what verifying can never beat. */
export function digest(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/** The same blocks with new CIDs: a CID keeps the string that it was once turned into, which would help the next one. */
export function renewed(blocks: readonly Block[]): readonly Block[] {
  return blocks.map(({ cid, bytes }) => ({
    cid: CID.createV1(RAW, Digest.decode(cid.multihash.bytes)),
    bytes,
  }))
}

/** Calls the operation for each block, so many at once, and resolves to the seconds that it took. */
export async function timed(
  blocks: readonly Block[],
  atOnce: number,
  operation: (block: Block) => Promise<unknown>,
): Promise<number> {
  const began = performance.now()
  if (atOnce === 1) {
    for (const block of blocks) await operation(block)
  } else {
    let next = 0
    const worker = async (): Promise<void> => {
      for (let block = blocks[next++]; block; block = blocks[next++]) await operation(block)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
  return (performance.now() - began) / 1_000
}

/** Work is repeated until it took so many seconds. */
export function leastSeconds(quick: boolean): number {
  return quick ? 0.03 : 0.15
}

/** Seconds for each operation, over as many passes through the blocks as it takes to tell. */
export async function perOperation(
  blocks: readonly Block[],
  { atOnce, quick }: { readonly atOnce: number; readonly quick: boolean },
  operation: (block: Block) => Promise<unknown>,
): Promise<number> {
  let [seconds, done] = [0, 0]
  do {
    seconds += await timed(blocks, atOnce, operation)
    done += blocks.length
  } while (seconds < leastSeconds(quick))
  return seconds / done
}

export function sizeName(bytes: number): string {
  return bytes < 1_048_576 ? `${bytes / 1_024}KiB` : `${bytes / 1_048_576}MiB`
}
