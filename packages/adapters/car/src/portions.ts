const PORTION_BYTES = 65_536
/** What is larger is passed on as it is: a copy of it would cost more than a portion of its own. */
const COPY_BELOW_BYTES = 32_768
const NONE: readonly Uint8Array[] = []

/**
 * Gathers pieces into portions. The last byte of all that came in is kept back until `end`, so that an output which is
 * cut off for want of the next piece ends in the middle of the piece before.
 */
export class Portions {
  #buffer: Uint8Array = new Uint8Array(PORTION_BYTES)
  #filled = 0

  /** The portions that are full with this piece. Large pieces are views, not copies. */
  add(piece: Uint8Array): readonly Uint8Array[] {
    if (piece.length >= COPY_BELOW_BYTES) return this.#addLarge(piece)
    const full = this.#filled + piece.length > PORTION_BYTES ? [this.#takeButLast()] : NONE
    this.#copy(piece)
    return full
  }

  /** The rest. */
  end(): readonly Uint8Array[] {
    return this.#filled > 0 ? [this.#take()] : NONE
  }

  #addLarge(piece: Uint8Array): readonly Uint8Array[] {
    const before = this.end()
    this.#copy(piece.subarray(-1))
    return [...before, piece.subarray(0, -1)]
  }

  #takeButLast(): Uint8Array {
    const portion = this.#take()
    this.#copy(portion.subarray(-1))
    return portion.subarray(0, -1)
  }

  #copy(piece: Uint8Array): void {
    this.#buffer.set(piece, this.#filled)
    this.#filled += piece.length
  }

  /** A portion belongs to whoever takes it. */
  #take(): Uint8Array {
    const portion = this.#buffer.subarray(0, this.#filled)
    this.#buffer = new Uint8Array(PORTION_BYTES)
    this.#filled = 0
    return portion
  }
}
