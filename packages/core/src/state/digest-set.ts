import type { CID } from 'multiformats/cid'

/** Words of 32 bits kept of each digest: 96 bits, so that two of 10^9 blocks share them with a chance of 10^-11. */
const WORDS = 3
const SEGMENTS = 256
const MIN_CAPACITY = 16
const MAX_LOAD = 0.8
const GROWTH = 1.5

/**
 * A set of blocks in at most 24 bytes each: 96 bits of every digest in open-addressing tables, in segments that grow
 * one at a time. Which bits are kept is drawn for each set, so that nobody can prepare digests that collide.
 */
export class DigestSet {
  readonly #segments: Segment[] = Array.from({ length: SEGMENTS }, () => new Segment())
  readonly #draw: number
  #size = 0

  /** @param random a uint32 that says which bits are kept. */
  constructor(random: number) {
    this.#draw = random
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of memory held by the tables. */
  get byteLength(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.byteLength, 0)
  }

  /** Adds the block; false when it was there. */
  add(cid: CID): boolean {
    const { code, digest } = cid.multihash
    const words = Math.max(1, Math.ceil(digest.length / 4))
    const start = this.#draw % words
    const a = (word(digest, start, words) ^ Math.imul(code, 0x9e3779b1)) >>> 0
    const b = word(digest, start + 1, words)
    const c = (word(digest, start + 2, words) ^ digest.length) >>> 0
    const spread = Math.imul(a ^ b ^ this.#draw, 0x85ebca6b) >>> 0
    const added = (this.#segments[spread >>> 24] as Segment).add(a, b, c)
    if (added) this.#size++
    return added
  }
}

function word(digest: Uint8Array, index: number, words: number): number {
  const at = (index % words) * 4
  return (
    (((digest[at] ?? 0) << 24) |
      ((digest[at + 1] ?? 0) << 16) |
      ((digest[at + 2] ?? 0) << 8) |
      (digest[at + 3] ?? 0)) >>>
    0
  )
}

class Segment {
  #table = new Uint32Array(MIN_CAPACITY * WORDS)
  #count = 0

  get byteLength(): number {
    return this.#table.byteLength
  }

  add(a: number, b: number, c: number): boolean {
    if (this.#count + 1 > (this.#table.length / WORDS) * MAX_LOAD) this.#grow()
    // An all-zero entry means empty; a digest of zeros takes the value 1 in its place.
    const added = place(this.#table, a, b, a === 0 && b === 0 && c === 0 ? 1 : c)
    if (added) this.#count++
    return added
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Uint32Array(Math.ceil((old.length / WORDS) * GROWTH) * WORDS)
    for (let i = 0; i < old.length; i += WORDS) {
      const a = old[i] ?? 0
      const b = old[i + 1] ?? 0
      const c = old[i + 2] ?? 0
      if (a !== 0 || b !== 0 || c !== 0) place(this.#table, a, b, c)
    }
  }
}

function mix(a: number, b: number, c: number): number {
  return Math.imul(a ^ Math.imul(b, 0xcc9e2d51) ^ Math.imul(c, 0x1b873593), 0xc2b2ae35) >>> 0
}

function place(table: Uint32Array, a: number, b: number, c: number): boolean {
  const capacity = table.length / WORDS
  let i = (mix(a, b, c) % capacity) * WORDS
  for (;;) {
    const x = table[i]
    const y = table[i + 1]
    const z = table[i + 2]
    if (x === 0 && y === 0 && z === 0) {
      table[i] = a
      table[i + 1] = b
      table[i + 2] = c
      return true
    }
    if (x === a && y === b && z === c) return false
    i = i + WORDS < table.length ? i + WORDS : 0
  }
}
