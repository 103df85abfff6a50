import { type Block, isIdentity } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { CarError } from './errors.ts'
import { isLeaf, type LinkReader, linkReader } from './links.ts'
import { Seen } from './seen.ts'

export interface WalkOptions {
  /** Yield a block as often as something links to it. */
  readonly duplicates: boolean
  readonly links?: ReadonlyMap<number, LinkReader> | undefined
}

/** Blocks that are fetched ahead of the one that is being used. */
const AHEAD = 16

/**
 * Every block that can be reached from the roots, each before what it links to and links in their order: depth first.
 * A block counts once for each codec that leads to it. Blocks that their CID carries are followed and not yielded.
 *
 * Held in memory are the links that are still to be followed, 24 bytes for each block, and the blocks fetched ahead.
 * These are leaves and at most one block that may link to others, so that nothing is fetched which is not next.
 */
export async function* walk(
  fetch: (cid: CID) => Promise<Uint8Array>,
  roots: readonly CID[],
  { duplicates, links }: WalkOptions,
): AsyncGenerator<Block> {
  const seen = new Seen()
  const left = roots.toReversed()
  const begun: { readonly cid: CID; readonly bytes: Promise<Uint8Array> }[] = []
  for (;;) {
    while (begun.length < AHEAD && left.length > 0 && begun.every(({ cid }) => isLeaf(cid.code))) {
      const cid = left.pop() as CID
      if (!duplicates && !seen.add(cid)) continue
      const bytes = isIdentity(cid) ? Promise.resolve(cid.multihash.digest) : fetch(cid)
      // It is awaited below; until then its rejection must not count as unhandled.
      bytes.catch(() => {})
      begun.push({ cid, bytes })
    }
    const next = begun.shift()
    if (next === undefined) return
    const block = { cid: next.cid, bytes: await next.bytes }
    if (!isIdentity(block.cid)) yield block
    const children = linksOf(block, links)
    for (let at = children.length - 1; at >= 0; at -= 1) left.push(children[at] as CID)
  }
}

/** @throws CarError `ERR_CAR_UNREADABLE`: links that are not seen would leave blocks out. */
function linksOf({ cid, bytes }: Block, others: WalkOptions['links']): readonly CID[] {
  if (isLeaf(cid.code)) return []
  const read = linkReader(cid.code, others)
  if (read === undefined) {
    const message = `the links of ${cid} cannot be read: the codec 0x${cid.code.toString(16)} is not known`
    throw new CarError('ERR_CAR_UNREADABLE', message, { cid })
  }
  try {
    return read(bytes)
  } catch (cause) {
    throw new CarError('ERR_CAR_UNREADABLE', `the block ${cid} is not what its codec says`, { cid, cause })
  }
}
