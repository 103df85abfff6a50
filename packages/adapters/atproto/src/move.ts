import type { Cid } from '@atproto/lex-data'
import { type BlockKey, keyOf } from './keys.ts'
import type { Tally } from './tally.ts'
import { linksOf } from './tree.ts'

/** Bytes of blocks, in the order of the CIDs. */
export type ReadBlocks = (cids: readonly Cid[]) => Promise<readonly Uint8Array[]>

/**
 * Counts what a tree refers to, from its root down, and each block's links once: what is in use already has been counted
 * with all that it leads to. So only blocks that are new to the account are read.
 */
export async function acquire(root: Cid, tally: Tally, read: ReadBlocks): Promise<void> {
  await walk(root, tally, read, 1)
}

/**
 * The other way round: what goes out of use takes along what only it led to. Two records with one CID, or a subtree that
 * another commit has, keep it in use; what a commit says about its removed CIDs is not needed, and not always right.
 */
export async function release(root: Cid, tally: Tally, read: ReadBlocks): Promise<void> {
  await walk(root, tally, read, -1)
}

async function walk(root: Cid, tally: Tally, read: ReadBlocks, by: 1 | -1): Promise<void> {
  for (let level: readonly Cid[] = [root]; level.length > 0; ) {
    const turned = await tally.add('tree', level.map(keyOf), by)
    const open = distinct(level).filter((cid) => turned.has(keyOf(cid)))
    const bytes = await read(open)
    const links = open.map((cid, i) => linksOf(cid, bytes[i] as Uint8Array))
    const records = links.flatMap((link) => link.records)
    await tally.add('records', records.map(keyOf), by)
    level = links.flatMap((link) => link.tree)
  }
}

function distinct(cids: readonly Cid[]): Cid[] {
  return [...new Map<BlockKey, Cid>(cids.map((cid) => [keyOf(cid), cid])).values()]
}
