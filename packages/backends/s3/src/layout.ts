import { blockName, cidFromName } from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/** The names of the objects of one store. */
export interface Layout {
  /** What names of blocks begin with. */
  readonly blocks: string
  /** The object that makes the prefix a store. */
  readonly store: string
  readonly note: string
}

export function layoutOf(prefix: string): Layout {
  return { blocks: `${prefix}blocks/`, store: `${prefix}store.json`, note: `${prefix}note` }
}

/** @throws PoolError `ERR_INVALID_CID` */
export function keyOf(layout: Layout, cid: CID): string {
  return layout.blocks + blockName(cid)
}

/** The block that an object is; undefined for what is not ours. */
export function cidOf(layout: Layout, key: string): CID | undefined {
  return key.startsWith(layout.blocks) ? cidFromName(key.slice(layout.blocks.length)) : undefined
}
