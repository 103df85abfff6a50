import type { BlockKey } from './keys.ts'
import type { IndexChange, Uses } from './repo-index.ts'

export type UseKind = keyof Uses

type Counts = Record<UseKind, number>

interface Row {
  readonly before: Uses
  readonly by: Counts
}

/** How often an account refers to blocks, and how that is about to change. */
export class Tally {
  readonly #load: (keys: readonly BlockKey[]) => Promise<readonly Uses[]>
  readonly #rows = new Map<BlockKey, Row>()

  constructor(load: (keys: readonly BlockKey[]) => Promise<readonly Uses[]>) {
    this.#load = load
  }

  /**
   * Adds to the uses of each key, once for each time that it is there.
   * @returns the keys that came into use, or went out of it.
   */
  async add(kind: UseKind, keys: readonly BlockKey[], by: 1 | -1): Promise<Set<BlockKey>> {
    await this.#know(keys)
    const turned = new Set<BlockKey>()
    for (const key of keys) {
      const row = this.#rows.get(key) as Row
      row.by[kind] += by
      if (row.before[kind] + row.by[kind] === (by === 1 ? 1 : 0)) turned.add(key)
    }
    return turned
  }

  /** Blocks that were not referred to and will be. */
  added(): BlockKey[] {
    return [...this.#rows]
      .filter(([, row]) => total(row.before) === 0 && total(row.by) > 0)
      .map(([key]) => key)
  }

  /** Blocks that will not be referred to any more. */
  dropped(): BlockKey[] {
    const gone = ({ before, by }: Row): boolean => total(before) > 0 && total(before) + total(by) === 0
    return [...this.#rows].filter(([, row]) => gone(row)).map(([key]) => key)
  }

  changes(did: string): IndexChange[] {
    const changed = [...this.#rows].filter(
      ([, { by }]) => by.tree !== 0 || by.records !== 0 || by.blobs !== 0,
    )
    return changed.map(([key, { by }]) => ({ type: 'use', did, key, by }))
  }

  async #know(keys: readonly BlockKey[]): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.#rows.has(key))
    if (unknown.length === 0) return
    const found = await this.#load(unknown)
    unknown.forEach((key, i) => {
      const before = found[i] ?? { tree: 0, records: 0, blobs: 0 }
      this.#rows.set(key, { before, by: { tree: 0, records: 0, blobs: 0 } })
    })
  }
}

function total({ tree, records, blobs }: Uses): number {
  return tree + records + blobs
}
