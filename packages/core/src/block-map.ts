import { equals } from 'multiformats/bytes'
import type { CID } from 'multiformats/cid'
import { type Block, blockKey, digestWord } from './block.ts'

/**
 * Blocks by multihash. Nearly every block is found by 30 bits of its digest, a number that costs neither memory nor hashing;
 * those whose bits another block has taken are found by the whole multihash.
 */
export class BlockMap {
  readonly #byWord = new Map<number, Block>()
  readonly #others = new Map<string, Block>()

  get size(): number {
    return this.#byWord.size + this.#others.size
  }

  get(cid: CID): Block | undefined {
    const block = this.#byWord.get(wordOf(cid))
    if (block && isNamed(block, cid)) return block
    return this.#others.size === 0 ? undefined : this.#others.get(blockKey(cid))
  }

  /** Returns the block that was there before. */
  set(block: Block): Block | undefined {
    const { cid } = block
    const word = wordOf(cid)
    const before = this.#byWord.get(word)
    if (before && isNamed(before, cid)) {
      this.#byWord.set(word, block)
      return before
    }
    const other = this.#others.size === 0 ? undefined : this.#others.get(blockKey(cid))
    if (before || other) this.#others.set(blockKey(cid), block)
    else this.#byWord.set(word, block)
    return other
  }

  /** Returns the block that was there. */
  delete(cid: CID): Block | undefined {
    const block = this.get(cid)
    if (block && this.#byWord.get(wordOf(cid)) === block) this.#byWord.delete(wordOf(cid))
    else if (block) this.#others.delete(blockKey(cid))
    return block
  }

  /** A block that stays where it is while others come and go is met once. */
  *values(): IterableIterator<Block> {
    yield* this.#byWord.values()
    yield* this.#others.values()
  }

  clear(): void {
    this.#byWord.clear()
    this.#others.clear()
  }
}

function wordOf(cid: CID): number {
  return digestWord(cid) >>> 2
}

function isNamed(block: Block, cid: CID): boolean {
  return block.cid === cid || equals(block.cid.multihash.bytes, cid.multihash.bytes)
}
