import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { equals } from './equals.ts'

/** How blockstore-fs and blockstore-s3 name blocks; a name is a text, or a folder and a file. */
interface ShardingStrategy {
  encode(cid: CID): string | { readonly file: string }
  decode(name: string): CID
}

/**
 * Whether the listing of a js blockstore can tell this block, as far as its own naming says; true where it has none.
 *
 * By default blockstore-fs 4 and blockstore-s3 4 name a block by its multihash and read the name as a CID, which only a
 * sha2-256 multihash is: the name of any other block ends every later listing in an error.
 */
export function canList(blockstore: Blockstore, cid: CID): boolean {
  const { shardingStrategy } = blockstore as { readonly shardingStrategy?: ShardingStrategy }
  if (!shardingStrategy) return true
  try {
    const name = shardingStrategy.encode(cid)
    const { multihash } = shardingStrategy.decode(typeof name === 'string' ? name : name.file)
    return equals(multihash.bytes, cid.multihash.bytes)
  } catch {
    return false
  }
}
