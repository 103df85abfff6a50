const words = new Map<string, number>()

/**
 * Everything that happens in a run, in order, as one running hash. Two runs with equal hashes went the same way.
 * With `keep` the lines are kept too, for people.
 */
export class Trace {
  readonly lines: string[] | undefined
  #low = 0x811c9dc5
  #high = 0x2545f491

  constructor(keep = false) {
    this.lines = keep ? [] : undefined
  }

  /** `what` and `who` come from small sets of words. */
  add(at: number, what: string, who: string, about: number): void {
    this.#mix(at * 64)
    this.#mix(wordHash(what) ^ Math.imul(wordHash(who), 31))
    this.#mix(about)
    this.lines?.push(`${at.toFixed(1).padStart(9)} ms  ${what} ${who}${about < 0 ? '' : ` #${about}`}`)
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low)
  }

  #mix(value: number): void {
    const low = Math.imul(this.#low ^ value, 0x01000193)
    this.#low = (low << 13) | (low >>> 19)
    this.#high = Math.imul(this.#high ^ this.#low, 0x9e3779b1)
    this.#high ^= this.#high >>> 15
  }
}

/** One hash of many, in their order. */
export function joinHashes(hashes: readonly string[]): string {
  const trace = new Trace()
  for (const hash of hashes) {
    trace.add(0, '', '', Number.parseInt(hash.slice(0, 8), 16))
    trace.add(0, '', '', Number.parseInt(hash.slice(8), 16))
  }
  return trace.hash
}

function wordHash(word: string): number {
  let hash = words.get(word)
  if (hash === undefined) {
    hash = 0x811c9dc5
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
    words.set(word, hash)
  }
  return hash
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
