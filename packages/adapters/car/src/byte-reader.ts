import { CarError, malformed } from './errors.ts'

/** Bytes in portions, which nobody writes into afterwards. A stream of Node is one. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const EMPTY = new Uint8Array(0)
/** Bytes of a varint that a safe integer may take: 8 × 7 bits hold 2^53 - 1. */
const MAX_VARINT_BYTES = 8

/**
 * Reads exact amounts from a source, and knows at which byte it is. Portions are asked for one at a time and when they
 * are needed; what lies within one is handed out as a view of it.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #signal: AbortSignal | undefined
  #chunk: Uint8Array = EMPTY
  #at = 0
  /** Offset of the first byte of the portion. */
  #base = 0
  #end = Number.POSITIVE_INFINITY
  #stopped = false

  constructor(source: ByteSource, signal?: AbortSignal) {
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
    this.#signal = signal
  }

  /** Bytes from the start of the source to what is read next. */
  get offset(): number {
    return this.#base + this.#at
  }

  /** What lies behind this offset is not read until another end is set. */
  endAt(offset: number): void {
    this.#end = offset
  }

  /** Nothing is left: the source has ended, or the end that was set is here. */
  async isAtEnd(): Promise<boolean> {
    return this.offset >= this.#end || (this.#at === this.#chunk.length && !(await this.#next()))
  }

  /** An unsigned LEB128 number in as few bytes as it takes. https://github.com/multiformats/unsigned-varint */
  async varint(): Promise<number> {
    const start = this.offset
    let value = 0
    let scale = 1
    for (let length = 1; length <= MAX_VARINT_BYTES; length += 1) {
      if (this.offset >= this.#end || this.#at === this.#chunk.length) await this.#require(start)
      const byte = this.#chunk[this.#at++] as number
      value += (byte & 0x7f) * scale
      scale *= 128
      if (byte >= 0x80) continue
      if (byte === 0 && length > 1) throw malformed('a varint is longer than it must be', start)
      if (!Number.isSafeInteger(value)) break
      return value
    }
    throw malformed('a varint is beyond 2^53 - 1', start)
  }

  /** @param start where that begins of which these bytes are a part: the error names it. */
  async take(count: number, start: number): Promise<Uint8Array> {
    if (this.offset + count > this.#end) throw this.#beyond(start)
    if (count === 0) return EMPTY
    if (this.#chunk.length - this.#at >= count) return this.#view(count)
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      if (this.#at === this.#chunk.length) await this.#require(start)
      const part = this.#view(Math.min(left, this.#chunk.length - this.#at))
      parts.push(part)
      left -= part.length
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts, count)
  }

  async skip(count: number, start: number): Promise<void> {
    if (this.offset + count > this.#end) throw this.#beyond(start)
    for (let left = count; left > 0; ) {
      if (this.#at === this.#chunk.length) await this.#require(start)
      const step = Math.min(left, this.#chunk.length - this.#at)
      this.#at += step
      left -= step
    }
  }

  /** Reads what is left, for nothing: whoever writes into a pipe wants to get to the end. */
  async drain(): Promise<void> {
    this.#at = this.#chunk.length
    while (await this.#next()) this.#at = this.#chunk.length
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    const closing = this.#source.return?.()
    // A source that hangs would hang here, too.
    if (this.#signal?.aborted) Promise.resolve(closing).catch(() => {})
    else await closing
  }

  #view(count: number): Uint8Array {
    const start = this.#at
    this.#at += count
    return this.#chunk.subarray(start, this.#at)
  }

  async #require(start: number): Promise<void> {
    if (this.offset >= this.#end) throw this.#beyond(start)
    if (await this.#next()) return
    const { offset } = this
    const message = `the file ends after ${offset} bytes, within what begins at byte ${start}`
    throw new CarError('ERR_CAR_TRUNCATED', message, { offset: start })
  }

  #beyond(start: number): CarError {
    return malformed(`something reaches beyond the end of the data at byte ${this.#end}`, start)
  }

  /** False at the end of the source. */
  async #next(): Promise<boolean> {
    if (this.#stopped) return false
    this.#base += this.#at
    this.#at = 0
    this.#chunk = EMPTY
    do {
      const result = await this.#pull()
      if (result.done) {
        this.#stopped = true
        return false
      }
      this.#chunk = plain(result.value)
    } while (this.#chunk.length === 0)
    return true
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    this.#signal?.throwIfAborted()
    try {
      const next = this.#source.next()
      const result = await (this.#signal && next instanceof Promise ? orAborted(next, this.#signal) : next)
      if (!result.done && !(result.value instanceof Uint8Array)) throw new TypeError('a portion is no bytes')
      return result
    } catch (error) {
      this.#signal?.throwIfAborted()
      this.#stopped = true
      const { offset } = this
      throw new CarError('ERR_CAR_SOURCE', `the input failed after ${offset} bytes`, { offset, cause: error })
    }
  }
}

/** A Buffer of Node is handed on as what it is underneath. */
function plain(chunk: Uint8Array): Uint8Array {
  if (chunk.constructor === Uint8Array) return chunk
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
