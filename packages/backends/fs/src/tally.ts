import { cidFromName, type Usage } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { forEach, type Turns } from './concurrency.ts'
import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { blockPath, isShardOf, type Layout, shardFolder, shardOf, shards } from './layout.ts'

const SHARDS_AT_ONCE = 4
const STATS_AT_ONCE = 4

/** What happened to a name while its shard was being counted: its size now, or undefined when it was removed. */
type Touched = Map<string, number | undefined>

/**
 * Blocks and bytes of the store: each shard is counted once, and from then on moved by the puts and deletes that are
 * booked. All bookings of a shard are made in its turn, so that none is counted twice or missed.
 */
export class Tally {
  #blocks = 0
  #bytes = 0
  readonly #counted = new Set<string>()
  readonly #counting = new Map<string, Touched>()

  /** Whether `book` must be told what was there before. */
  needsBefore(shard: string): boolean {
    return this.#counted.has(shard)
  }

  /** The file of this name had `before` bytes and has `after` now; undefined where there was or is none. */
  book(name: string, before: number | undefined, after: number | undefined): void {
    const shard = shardOf(name)
    if (this.#counted.has(shard)) {
      this.#add(before, -1)
      this.#add(after, 1)
    } else {
      this.#counting.get(shard)?.set(name, after)
    }
  }

  /** Counts the shards that were not counted yet; `goOn` throws when it shall stop. */
  async count(files: FileSystem, layout: Layout, turns: Turns, goOn: () => void): Promise<void> {
    await forEach(shards, SHARDS_AT_ONCE, async (shard) => {
      goOn()
      if (!this.#counted.has(shard)) await this.#countShard(files, layout, turns, shard)
    })
  }

  usage(): Pick<Usage, 'blocks' | 'bytes'> {
    return { blocks: this.#blocks, bytes: this.#bytes }
  }

  async #countShard(files: FileSystem, layout: Layout, turns: Turns, shard: string): Promise<void> {
    const touched: Touched = new Map()
    try {
      const names = await turns.run(shard, () => {
        this.#counting.set(shard, touched)
        return files.names(shardFolder(layout, shard))
      })
      const sizes: Touched = new Map()
      await forEach(names, STATS_AT_ONCE, async (name) => {
        if (cidOf(shard, name)) sizes.set(name, await sizeOf(files, blockPath(layout, name)))
      })
      await turns.run(shard, async () => {
        for (const [name, size] of touched) sizes.set(name, size)
        for (const size of sizes.values()) this.#add(size, 1)
        this.#counted.add(shard)
      })
    } finally {
      this.#counting.delete(shard)
    }
  }

  #add(size: number | undefined, sign: 1 | -1): void {
    if (size === undefined) return
    this.#blocks += sign
    this.#bytes += sign * size
  }
}

/** The block that a name found in a shard stands for; undefined when the file is not ours. */
export function cidOf(shard: string, name: string): CID | undefined {
  return isShardOf(name, shard) ? cidFromName(name) : undefined
}

/** Bytes of a regular file; undefined when there is none at the path. */
export async function sizeOf(files: FileSystem, path: string): Promise<number | undefined> {
  try {
    const { kind, size } = await files.stat(path)
    return kind === 'file' ? size : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
