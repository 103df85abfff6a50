const SLOTS = 1024
const FREE = -1

/**
 * A map for entries that come and go at once, such as what is under way: 1,024 slots, and a Map for the few that meet in one.
 * A Map alone makes garbage of what is set and deleted at once. Keys are integers from 0 to 2^30 - 1, evenly spread.
 */
export class SlotMap<V> {
  readonly #keys = new Int32Array(SLOTS).fill(FREE)
  readonly #values: (V | undefined)[] = new Array(SLOTS).fill(undefined)
  readonly #others = new Map<number, V>()
  #inSlots = 0

  get size(): number {
    return this.#inSlots + this.#others.size
  }

  get(key: number): V | undefined {
    const at = key % SLOTS
    if (this.#keys[at] === key) return this.#values[at]
    return this.#others.size === 0 ? undefined : this.#others.get(key)
  }

  has(key: number): boolean {
    return this.get(key) !== undefined
  }

  set(key: number, value: V): void {
    const at = key % SLOTS
    if (this.#keys[at] === key) this.#values[at] = value
    else if (this.#keys[at] === FREE && !this.#others.has(key)) {
      this.#keys[at] = key
      this.#values[at] = value
      this.#inSlots++
    } else this.#others.set(key, value)
  }

  delete(key: number): void {
    const at = key % SLOTS
    if (this.#keys[at] !== key) {
      this.#others.delete(key)
      return
    }
    this.#keys[at] = FREE
    this.#values[at] = undefined
    this.#inSlots--
  }
}
