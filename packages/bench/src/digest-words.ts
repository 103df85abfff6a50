/** Two words that are spread like those of a digest, and quicker to make. */
export function wordsAt(i: number): readonly [number, number] {
  return [mixed(i), mixed(i ^ 0x5bd1e995)]
}

/** The finaliser of MurmurHash3 (Appleby, 2011): one to one. */
function mixed(value: number): number {
  let h = value >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
