import { hash } from 'node:crypto'
import { type Block, blockKey } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { Random } from './random.ts'

/** Blocks that exist in the simulated world, at most: runs pick from them. */
export const UNIVERSE = 256

/** Sizes in bytes, on both sides of the size thresholds that runs use. */
const SIZES = [0, 1, 20, 60, 100, 200, 500, 1_500]

export interface SimulatedBlock extends Block {
  readonly index: number
  /** CIDs of one multihash: the block is the same under each. */
  readonly cids: readonly CID[]
}

const blocks: SimulatedBlock[] = []
const indices = new Map<string, number>()

/** The block with this number, from 0 to `UNIVERSE` - 1; the same in every run. */
export function simulatedBlock(index: number): SimulatedBlock {
  for (let next = blocks.length; next <= index; next++) {
    const block = makeBlock(next)
    blocks.push(block)
    indices.set(blockKey(block.cid), next)
  }
  return blocks[index] as SimulatedBlock
}

/** The number of a block; undefined for one that is not of this world. */
export function indexOf(cid: CID): number | undefined {
  return indices.get(blockKey(cid))
}

function makeBlock(index: number): SimulatedBlock {
  const random = new Random(index)
  // The empty block exists once.
  const size = index === 0 ? 0 : (SIZES[1 + (index % (SIZES.length - 1))] as number) + 4
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = random.below(256)
  if (size >= 4) new DataView(bytes.buffer).setUint32(0, index)
  const digest = Digest.create(0x12, hash('sha256', bytes, 'buffer'))
  const cid = CID.createV1(0x55, digest)
  return { index, bytes, cid, cids: [cid, CID.createV1(0x70, digest), CID.createV0(digest)] }
}
