import { readFileSync, writeFileSync } from 'node:fs'
import { blockName } from '@blockpool/core'
import Database from 'better-sqlite3'
import type { CID } from 'multiformats/cid'
import type { Random } from '../shared/random.ts'

export const ways = ['bit', 'byte', 'cut short', 'emptied', 'zeroed', 'longer'] as const
export type Way = (typeof ways)[number]

/** The bytes with something wrong, never the same as they were. */
export function damaged(bytes: Uint8Array, way: Way, random: Random): Uint8Array {
  const at = random.below(bytes.length)
  if (way === 'cut short') return bytes.slice(0, at)
  if (way === 'emptied') return new Uint8Array(0)
  if (way === 'zeroed' && bytes.some((byte) => byte !== 0)) return new Uint8Array(bytes.length)
  if (way === 'longer') return Uint8Array.from([...bytes, random.below(256)])
  const wrong = bytes.slice()
  wrong[at] = (wrong[at] ?? 0) ^ (way === 'bit' ? 1 << random.below(8) : 1 + random.below(255))
  return wrong
}

/** Where the bytes of a store are, past the store itself. */
export interface RawStore {
  read(cid: CID): Uint8Array | undefined
  /** Changes the bytes of a block in their place. */
  write(cid: CID, bytes: Uint8Array): void
  close(): void
}

/** The files of a store of @blockpool/fs. */
export function rawFiles(root: string): RawStore {
  const pathOf = (cid: CID) => {
    const name = blockName(cid)
    return `${root}/blocks/${name.slice(-3, -1)}/${name}`
  }
  return {
    read: (cid) => readIfThere(pathOf(cid)),
    write: (cid, bytes) => writeFileSync(pathOf(cid), bytes),
    close: () => {},
  }
}

/** The rows of a store of @blockpool/sqlite. */
export function rawRows(file: string): RawStore {
  const db = new Database(file)
  const get = db.prepare('SELECT data FROM blocks WHERE key = ?').pluck()
  const set = db.prepare('UPDATE blocks SET data = ? WHERE key = ?')
  return {
    read: (cid) => get.get(cid.multihash.bytes) as Uint8Array | undefined,
    write: (cid, bytes) => set.run(bytes, cid.multihash.bytes),
    close: () => db.close(),
  }
}

/** Flips a bit of each block in the pages of a closed database; the numbers of blocks that were found there. */
export function flipInPages(file: string, blocks: readonly Uint8Array[], random: Random): number[] {
  const pages = readFileSync(file)
  const flipped = blocks.flatMap((bytes, i) => {
    // What does not fit on its page goes on elsewhere: the start of a block is surely on one.
    const head = bytes.subarray(0, 40)
    const at = pages.indexOf(head)
    if (at < 0 || pages.indexOf(head, at + 1) >= 0) return []
    const byte = at + random.below(head.length)
    pages[byte] = (pages[byte] ?? 0) ^ (1 << random.below(8))
    return [i]
  })
  writeFileSync(file, pages)
  return flipped
}

/** Flips some bits anywhere in a file. */
export function flipAnywhere(file: string, count: number, random: Random): void {
  const bytes = readFileSync(file)
  for (let i = 0; i < count; i++) {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  }
  writeFileSync(file, bytes)
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
