/**
 * Where things are in a store, version 1:
 *
 *     <root>/blocks/store.json   what this is, and the store's random id
 *     <root>/blocks/note         what a pool keeps with the store; missing until it does
 *     <root>/blocks/aa … 77/     1,024 shard folders, named by two characters of base32
 *     <root>/blocks/yq/…ayqa     a block: the name is the base32 of its multihash, the shard its two characters before
 *                                the last one (Kubo's "next-to-last/2": the last one may carry few bits)
 *     <root>/tmp/                files that are being written
 *     <root>/tmp/0 … 1/          the same, of threads: all that make files in one folder wait for one another
 *
 * `blocks` is built under `tmp` and renamed to its place whole, so a store is there completely or not at all.
 */
export interface Layout {
  readonly root: string
  readonly blocks: string
  readonly storeFile: string
  readonly note: string
  readonly tmp: string
}

export function layoutOf(root: string): Layout {
  const blocks = `${root}/blocks`
  return { root, blocks, storeFile: storeFileIn(blocks), note: `${blocks}/note`, tmp: `${root}/tmp` }
}

/** Names in `tmp` of the folders of threads; made when they are used first. */
export const threadFolders: readonly string[] = ['0', '1']

export function storeFileIn(blocks: string): string {
  return `${blocks}/store.json`
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** All shards, in a fixed order. */
export const shards: readonly string[] = [...ALPHABET].flatMap((a) => [...ALPHABET].map((b) => a + b))

/** The shard of a block's name, which has at least five characters. */
export function shardOf(name: string): string {
  return name.slice(-3, -1)
}

/** Whether that is the name's shard, without making a string of it. */
export function isShardOf(name: string, shard: string): boolean {
  const at = name.length - 3
  return name.charCodeAt(at) === shard.charCodeAt(0) && name.charCodeAt(at + 1) === shard.charCodeAt(1)
}

export function shardFolder(layout: Layout, shard: string): string {
  return `${layout.blocks}/${shard}`
}

export function blockPath(layout: Layout, name: string): string {
  return `${layout.blocks}/${shardOf(name)}/${name}`
}
