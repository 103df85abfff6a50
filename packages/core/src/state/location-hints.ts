/** Grown by this factor at this load, so that an entry takes 6 bytes / 0.77 at most. */
const GROWTH = 1.2
const MAX_LOAD = 0.92
const MIN_CAPACITY = 1024
const MAX_SETS = 65_535
const NONE: readonly number[] = []

/**
 * Where copies of blocks probably are: a bounded, compact memory, and a hint only. It may forget, and about one
 * absent block in a thousand (at 5 million entries) is taken for another, so no answer may rest on it.
 *
 * An open-addressing table sorted by a 32-bit hash (linear probing in order, after Amble and Knuth, 1974) with a
 * 16-bit number for the set of locations, in typed arrays. Growing merges in order without the original keys.
 */
export class LocationHints {
  readonly #maxEntries: number
  readonly #seed: number
  readonly #sets = new LocationSets()
  #capacity = MIN_CAPACITY
  #hashes = new Uint32Array(slots(MIN_CAPACITY))
  #values = new Uint16Array(slots(MIN_CAPACITY))
  #count = 0
  #victim = 0

  /** @param maxEntries 0 remembers nothing. @param seed keeps hostile digests from crowding one place. */
  constructor(maxEntries: number, seed: number) {
    this.#maxEntries = maxEntries
    this.#seed = seed
  }

  /** Blocks remembered. */
  get size(): number {
    return this.#count
  }

  /** Bytes of memory held by the table. */
  get byteLength(): number {
    return this.#hashes.byteLength + this.#values.byteLength
  }

  /** Numbers of the probable locations, in ascending order; empty when nothing is remembered. */
  get(digest: readonly [number, number]): readonly number[] {
    const at = this.#find(this.#hash(digest))
    return at < 0 ? NONE : this.#sets.members(this.#values[at] ?? 0)
  }

  /** False when it was known. */
  add(digest: readonly [number, number], location: number): boolean {
    if (this.#maxEntries === 0) return true
    const hash = this.#hash(digest)
    const at = this.#seek(hash)
    const before = this.#isAt(at, hash) ? (this.#values[at] ?? 0) : 0
    const value = this.#sets.with(before, location)
    if (value === before) return false
    if (before !== 0) this.#values[at] = value
    else this.#insert(hash, value, at)
    return true
  }

  remove(digest: readonly [number, number], location: number): void {
    const at = this.#find(this.#hash(digest))
    if (at < 0) return
    const value = this.#sets.without(this.#values[at] ?? 0, location)
    if (value === 0) this.#removeAt(at)
    else this.#values[at] = value
  }

  /** Forgets the block. */
  delete(digest: readonly [number, number]): void {
    const at = this.#find(this.#hash(digest))
    if (at >= 0) this.#removeAt(at)
  }

  #hash(digest: readonly [number, number]): number {
    let h = digest[0] ^ this.#seed
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ digest[1] ^ (h >>> 13), 0xc2b2ae35)
    return (h ^ (h >>> 16)) >>> 0
  }

  #home(hash: number): number {
    return Math.floor((hash / 0x1_0000_0000) * this.#capacity)
  }

  #find(hash: number): number {
    const at = this.#seek(hash)
    return this.#isAt(at, hash) ? at : -1
  }

  #isAt(at: number, hash: number): boolean {
    return this.#values[at] !== 0 && this.#hashes[at] === hash
  }

  /** The first place at or after home that is empty or holds a hash not below this one. */
  #seek(hash: number): number {
    const hashes = this.#hashes
    const values = this.#values
    let at = this.#home(hash)
    while (values[at] !== 0 && (hashes[at] ?? 0) < hash) at++
    return at
  }

  /** @param place where `#seek` has found that it belongs. */
  #insert(hash: number, value: number, place: number): void {
    let at = place
    if (this.#count >= this.#maxEntries || this.#count + 1 > this.#capacity * MAX_LOAD) {
      if (this.#count >= this.#maxEntries) this.#evict()
      if (this.#count + 1 > this.#capacity * MAX_LOAD) this.#grow()
      at = this.#seek(hash)
    }
    const end = this.#values.indexOf(0, at)
    if (end < 0 || end >= this.#values.length - 1) {
      this.#grow()
      this.#insert(hash, value, this.#seek(hash))
      return
    }
    this.#hashes.copyWithin(at + 1, at, end)
    this.#values.copyWithin(at + 1, at, end)
    this.#hashes[at] = hash
    this.#values[at] = value
    this.#count++
  }

  #removeAt(at: number): void {
    let end = at + 1
    while (this.#values[end] !== 0 && this.#home(this.#hashes[end] ?? 0) < end) end++
    this.#hashes.copyWithin(at, at + 1, end)
    this.#values.copyWithin(at, at + 1, end)
    this.#values[end - 1] = 0
    this.#count--
  }

  #evict(): void {
    this.#victim = (Math.imul(this.#victim, 1_664_525) + 1_013_904_223) >>> 0
    let at = this.#home(this.#victim)
    while (this.#values[at] === 0) at = at + 1 < this.#values.length ? at + 1 : 0
    this.#removeAt(at)
  }

  #grow(): void {
    const hashes = this.#hashes
    const values = this.#values
    this.#capacity = Math.ceil(this.#capacity * GROWTH)
    this.#hashes = new Uint32Array(slots(this.#capacity))
    this.#values = new Uint16Array(slots(this.#capacity))
    let next = 0
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0
      if (value === 0) continue
      const at = Math.max(next, this.#home(hashes[i] ?? 0))
      this.#hashes[at] = hashes[i] ?? 0
      this.#values[at] = value
      next = at + 1
    }
  }
}

/** Room behind the last home, so that probing never wraps around. */
function slots(capacity: number): number {
  return capacity + 256 + Math.ceil(capacity / 256)
}

/** Numbers for sets of locations: few different sets occur, and each is stored once. 0 is no set. */
class LocationSets {
  readonly #members: (readonly number[])[] = [NONE]
  readonly #numbers = new Map<string, number>()
  /** For each set and location, the set with that location more, as far as it was asked for. */
  readonly #unions: (number | undefined)[][] = [[]]

  members(set: number): readonly number[] {
    return this.#members[set] ?? NONE
  }

  /** The set with one location more; the same set when the numbers are used up. */
  with(set: number, location: number): number {
    return this.#unions[set]?.[location] ?? this.#unite(set, location)
  }

  without(set: number, location: number): number {
    const before = this.members(set)
    if (!before.includes(location)) return set
    return this.#number(before.filter((other) => other !== location)) ?? 0
  }

  #unite(set: number, location: number): number {
    const before = this.members(set)
    const union = before.includes(location) ? set : this.#number([...before, location].sort((a, b) => a - b))
    if (union === undefined) return set
    const unions = this.#unions[set] as (number | undefined)[]
    unions[location] = union
    return union
  }

  #number(members: readonly number[]): number | undefined {
    if (members.length === 0) return 0
    const name = members.join()
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#members.length > MAX_SETS) return undefined
    this.#members.push(members)
    this.#unions.push([])
    this.#numbers.set(name, this.#members.length - 1)
    return this.#members.length - 1
  }
}
