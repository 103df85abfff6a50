/** Seeded random numbers (mulberry32; Tommy Ettinger, 2017). */
export interface Random {
  /** A uint32. */
  next(): number
  /** A whole number from 0, below `limit`. */
  below(limit: number): number
  /** True in one of `times` cases. */
  oneIn(times: number): boolean
  /** One of the items. */
  pick<T>(items: readonly T[]): T
}

export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit)
  return {
    next,
    below,
    oneIn: (times) => below(times) === 0,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
  }
}

/** A uint32 that differs from run to run, for runs without a seed. */
export function freshSeed(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 1
}

/** At most so many of the items, each once. */
export function some<T>(items: readonly T[], count: number, random: Random): T[] {
  if (items.length <= count) return [...items]
  return [...new Set(Array.from({ length: count }, () => random.pick(items)))]
}
