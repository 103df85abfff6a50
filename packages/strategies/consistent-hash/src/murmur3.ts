// The two steps of MurmurHash3_x86_32 by Austin Appleby (public domain): https://github.com/aappleby/smhasher
// Values are int32; a changed constant would move every block of every pool.

/** Takes 32 more bits into the state. */
export function absorb(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e_2d51)
  k = (k << 15) | (k >>> 17)
  let h = state ^ Math.imul(k, 0x1b87_3593)
  h = (h << 13) | (h >>> 19)
  return (Math.imul(h, 5) + 0xe654_6b64) | 0
}

/** Spreads every bit of the state over the whole result (`fmix32`). */
export function finish(state: number): number {
  let h = state
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}
