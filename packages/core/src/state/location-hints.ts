/** Grown by this factor at this load, so that an entry takes 6 bytes / 0.76 at most. Runs of full slots stay short. */
const GROWTH = 1.1
const MAX_LOAD = 0.84
const MIN_CAPACITY = 1024
const MAX_SETS = 65_535
const NONE: readonly number[] = []
/** A slot is three 16-bit words: the hash, high word first, and the number of a set, 0 where the slot is empty. */
const WORDS = 3
const LOW = 1
const SET = 2
/** Most hashes are in one of so many slots, from home on. */
const NEAR = 4 * WORDS
/** How many hashes there are. */
const HASHES = 0x1_0000_0000

/**
 * Where copies of blocks probably are: a bounded, compact memory, and a hint only. It may forget, and about one
 * absent block in a thousand (at 5 million entries) is taken for another, so no answer may rest on it.
 *
 * An open-addressing table sorted by a 32-bit hash (linear probing in order, after Amble and Knuth, 1974) with a
 * 16-bit number for the set of locations, in one typed array, so that a look-up reads memory in one place. Growing merges
 * in order without the original keys.
 */
export class LocationHints {
  readonly #maxEntries: number
  readonly #seed: number
  readonly #sets = new LocationSets()
  #capacity = MIN_CAPACITY
  #homesPerHash = MIN_CAPACITY / HASHES
  #table = tableOf(MIN_CAPACITY)
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
    return this.#table.byteLength
  }

  /** Numbers of the probable locations, in ascending order; empty when nothing is remembered. */
  get(digest: readonly [number, number]): readonly number[] {
    return this.#sets.members(this.#setOf(this.#hash(digest)))
  }

  /** False when it was known. */
  add(digest: readonly [number, number], location: number): boolean {
    if (this.#maxEntries === 0) return true
    const hash = this.#hash(digest)
    const at = this.#seek(hash)
    const before = this.#setAt(at, hash)
    const set = this.#sets.with(before, location)
    if (set === before) return false
    if (before !== 0) this.#table[at + SET] = set
    else this.#insert(hash, set, at)
    return true
  }

  remove(digest: readonly [number, number], location: number): void {
    const hash = this.#hash(digest)
    const at = this.#seek(hash)
    const before = this.#setAt(at, hash)
    if (before === 0) return
    const set = this.#sets.without(before, location)
    if (set === 0) this.#removeAt(at)
    else this.#table[at + SET] = set
  }

  /** Forgets the block. */
  delete(digest: readonly [number, number]): void {
    const hash = this.#hash(digest)
    const at = this.#seek(hash)
    if (this.#setAt(at, hash) !== 0) this.#removeAt(at)
  }

  #hash(digest: readonly [number, number]): number {
    let h = digest[0] ^ this.#seed
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ digest[1] ^ (h >>> 13), 0xc2b2ae35)
    return (h ^ (h >>> 16)) >>> 0
  }

  /** Places are counted in words: the first of a slot. */
  #home(hash: number): number {
    return ((hash * this.#homesPerHash) >>> 0) * WORDS
  }

  #setOf(hash: number): number {
    const near = this.#setAt(this.#near(hash), hash)
    return near === 0 ? this.#setAt(this.#seek(hash), hash) : near
  }

  /**
   * Where the hash is, if it is near its home and alone there in its low word; any place else. No branch hangs on the
   * slots, so the processor goes on with what follows, the next look-up too, while it waits for memory.
   */
  #near(hash: number): number {
    const table = this.#table
    const low = hash & 0xffff
    const home = this.#home(hash)
    let ahead = 0
    for (let offset = WORDS; offset < NEAR; offset += WORDS) {
      const difference = (table[home + offset + LOW] ?? 0) ^ low
      ahead |= ((difference - 1) >> 31) & offset
    }
    return home + ahead
  }

  /** 0 when another hash or none is at this place. */
  #setAt(at: number, hash: number): number {
    return hashIn(this.#table, at) === hash ? (this.#table[at + SET] ?? 0) : 0
  }

  /** The first place at or after home that is empty or holds a hash not below this one. */
  #seek(hash: number): number {
    const table = this.#table
    let at = this.#home(hash)
    while (table[at + SET] !== 0 && hashIn(table, at) < hash) at += WORDS
    return at
  }

  /** @param place where `#seek` has found that it belongs. */
  #insert(hash: number, set: number, place: number): void {
    if (this.#count >= this.#maxEntries) this.#evict()
    else if (this.#count + 1 > this.#capacity * MAX_LOAD) this.#grow()
    else if (this.#insertAt(place, hash, set)) return
    else this.#grow()
    this.#insert(hash, set, this.#seek(hash))
  }

  /** False when the table ends with a run that leaves no room. */
  #insertAt(at: number, hash: number, set: number): boolean {
    const table = this.#table
    let end = at
    while (table[end + SET] !== 0) end += WORDS
    if (end >= table.length - WORDS) return false
    table.copyWithin(at + WORDS, at, end)
    write(table, at, hash, set)
    this.#count++
    return true
  }

  #removeAt(at: number): void {
    const table = this.#table
    let end = at + WORDS
    while (table[end + SET] !== 0 && this.#home(hashIn(table, end)) < end) end += WORDS
    table.copyWithin(at, at + WORDS, end)
    table[end - WORDS + SET] = 0
    this.#count--
  }

  #evict(): void {
    this.#victim = (Math.imul(this.#victim, 1_664_525) + 1_013_904_223) >>> 0
    let at = this.#home(this.#victim)
    while (this.#table[at + SET] === 0) at = at + WORDS < this.#table.length ? at + WORDS : 0
    this.#removeAt(at)
  }

  #grow(): void {
    const before = this.#table
    this.#capacity = Math.ceil(this.#capacity * GROWTH)
    this.#homesPerHash = this.#capacity / HASHES
    this.#table = tableOf(this.#capacity)
    let next = 0
    for (let from = 0; from < before.length; from += WORDS) {
      const set = before[from + SET] ?? 0
      if (set === 0) continue
      const hash = hashIn(before, from)
      const at = Math.max(next, this.#home(hash))
      write(this.#table, at, hash, set)
      next = at + WORDS
    }
  }
}

/** With room behind the last home, so that probing never wraps around. */
function tableOf(capacity: number): Uint16Array<ArrayBuffer> {
  return new Uint16Array((capacity + 256 + Math.ceil(capacity / 256)) * WORDS)
}

function hashIn(table: Uint16Array, at: number): number {
  return (((table[at] ?? 0) << 16) | (table[at + LOW] ?? 0)) >>> 0
}

function write(table: Uint16Array, at: number, hash: number, set: number): void {
  table[at] = hash >>> 16
  table[at + LOW] = hash & 0xffff
  table[at + SET] = set
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
