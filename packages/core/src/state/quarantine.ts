const NONE: ReadonlySet<number> = new Set()

/** Copies that did not match their CID: not asked, not counted, until they have been written again. */
export class Quarantine {
  readonly #locations = new Map<string, Set<number>>()

  get isEmpty(): boolean {
    return this.#locations.size === 0
  }

  /** Locations of corrupt copies of the block. */
  of(key: string): ReadonlySet<number> {
    return this.#locations.get(key) ?? NONE
  }

  add(key: string, location: number): void {
    const locations = this.#locations.get(key)
    if (locations) locations.add(location)
    else this.#locations.set(key, new Set([location]))
  }

  remove(key: string, location: number): void {
    const locations = this.#locations.get(key)
    if (!locations) return
    locations.delete(location)
    if (locations.size === 0) this.#locations.delete(key)
  }

  /** Forgets a location that is no longer there. */
  forget(location: number): void {
    for (const key of [...this.#locations.keys()]) this.remove(key, location)
  }
}
