/** Numbers that follow from a seed alone. */
export interface Random {
  /** 0 to 2^32 - 1. */
  uint32(): number
  /** 0 to `below` - 1. */
  int(below: number): number
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  bytes(size: number): Uint8Array
}

/** A generator whose numbers follow from the seed and the purpose. Mulberry32; not for secrets. */
export function createRandom(seed: number, purpose = ''): Random {
  let state = (seed ^ fnv1a(purpose)) >>> 0
  const uint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  const int = (below: number): number => Math.floor((uint32() / 2 ** 32) * below)
  return {
    uint32,
    int,
    pick: <T>(list: readonly T[]): T => list[int(list.length)] as T,
    bytes(size) {
      const words = new Uint32Array(Math.ceil(size / 4))
      for (let i = 0; i < words.length; i++) words[i] = uint32()
      return new Uint8Array(words.buffer, 0, size).slice()
    },
  }
}

/** A seed that nobody chose. */
export function randomSeed(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
}

/** http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
