import type { BlockStore } from '@blockpool/core'
import { each } from './each.ts'
import { type BlockKey, cidOfKey } from './keys.ts'
import type { RepoIndex } from './repo-index.ts'

/** Blocks that are on their way to being referred to: nobody removes them until the claim is released. */
export type Claim = Set<BlockKey>

export interface Removal {
  readonly removed: number
  /** Of the blocks that stay, for `collect` to find. */
  readonly errors: readonly unknown[]
}

/** Deletes under way at once. */
const CONCURRENCY = 32

/**
 * Keeps apart, inside of a process, who adds a block and who removes the same one.
 *
 * Who adds claims the block first: in the index, so that a crash leaves no block that nobody knows of, and here. Who
 * removes leaves out what is claimed, then looks whether anybody needs the rest. Between the two there is no waiting, but
 * for one that claims a block which is just being deleted.
 */
export class Claims {
  readonly #store: Pick<BlockStore, 'delete'>
  readonly #index: RepoIndex
  readonly #claimed = new Map<BlockKey, number>()
  readonly #leaving = new Map<BlockKey, Promise<unknown>>()

  constructor(store: Pick<BlockStore, 'delete'>, index: RepoIndex) {
    this.#store = store
    this.#index = index
  }

  /** Adds blocks to a claim. When it resolves they are known to the index, and stay until `release`. */
  async take(claim: Claim, keys: Iterable<BlockKey>): Promise<void> {
    const added = [...new Set(keys)].filter((key) => !claim.has(key))
    if (added.length === 0) return
    while (added.some((key) => this.#leaving.has(key))) {
      await Promise.allSettled(added.map((key) => this.#leaving.get(key)))
    }
    for (const key of added) {
      claim.add(key)
      this.#claimed.set(key, (this.#claimed.get(key) ?? 0) + 1)
    }
    await this.#index.write([{ type: 'claim', keys: added }])
  }

  release(claim: Claim): void {
    for (const key of claim) {
      const others = (this.#claimed.get(key) ?? 1) - 1
      if (others > 0) this.#claimed.set(key, others)
      else this.#claimed.delete(key)
    }
    claim.clear()
  }

  /** Deletes those of the blocks that nobody needs, and has the index forget them. */
  async remove(keys: Iterable<BlockKey>): Promise<Removal> {
    const free = [...new Set(keys)].filter((key) => !this.#claimed.has(key) && !this.#leaving.has(key))
    if (free.length === 0) return { removed: 0, errors: [] }
    const removal = this.#delete(free)
    const left = removal.finally(() => {
      for (const key of free) this.#leaving.delete(key)
    })
    for (const key of free) this.#leaving.set(key, left)
    return await left
  }

  async #delete(keys: readonly BlockKey[]): Promise<Removal> {
    const needed = await this.#index.needed(keys)
    const gone: BlockKey[] = []
    const errors: unknown[] = []
    const unneeded = keys.filter((_, i) => !needed[i])
    await each(unneeded, CONCURRENCY, async (key) => {
      try {
        await this.#store.delete(cidOfKey(key))
        gone.push(key)
      } catch (error) {
        errors.push(error)
      }
    })
    if (gone.length > 0) await this.#index.write([{ type: 'forget', keys: gone }])
    return { removed: gone.length, errors }
  }
}
