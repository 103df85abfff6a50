import { blockName, cidFromName } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { slotOf } from './slot.ts'

const SLOTS = 16_384
/** Shares of all slots that each hold a marker. */
const SHARES = 64
const MOST_TRIES = 4_096

/** The names of keys under one prefix. Names of blocks have letters and digits only, so that no other key is one. */
export interface Keys {
  block(cid: CID): string
  /** Undefined for a key that is no block. */
  cidOf(key: string): CID | undefined
  /** Glob that matches every key with the prefix. */
  readonly pattern: string
  readonly note: string
  /** Each holds the id of the store. */
  readonly markers: readonly string[]
}

/**
 * One server has one marker. A cluster has one in each share of 256 slots, so that a node that lost its data shows,
 * whichever slots it serves.
 */
export function keysWith(prefix: string, clustered: boolean): Keys {
  return {
    block: (cid) => prefix + blockName(cid),
    cidOf: (key) => (key.startsWith(prefix) ? cidFromName(key.slice(prefix.length)) : undefined),
    pattern: `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`,
    note: `${prefix}store-note`,
    markers: clustered ? spreadMarkers(prefix) : [`${prefix}store-id`],
  }
}

/** With a hash tag in the prefix all keys are in one slot, and so is the only marker. */
function spreadMarkers(prefix: string): readonly string[] {
  const markers = new Map<number, string>()
  for (let i = 0; i < MOST_TRIES && markers.size < SHARES; i++) {
    const key = `${prefix}store-id-${i}`
    const share = Math.floor(slotOf(key) / (SLOTS / SHARES))
    if (!markers.has(share)) markers.set(share, key)
  }
  return [...markers.values()]
}
