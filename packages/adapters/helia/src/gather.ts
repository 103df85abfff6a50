import { PoolError } from '@blockpool/core'

/** How js blockstores pass the bytes of a block. Iterables may be one-shot. */
export type Chunks = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * The bytes of a block as one array; an iterable is read once, and no further than `maxBytes`. A single chunk is not copied.
 * @throws PoolError `ERR_BLOCK_TOO_LARGE`; TypeError for what is neither bytes nor an iterable of bytes.
 */
export async function gather(
  value: Chunks,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  if (value instanceof Uint8Array) return value
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of value) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a chunk of a block is not a Uint8Array')
    size += chunk.length
    if (size > maxBytes) {
      throw new PoolError('ERR_BLOCK_TOO_LARGE', `a block of more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : concat(chunks, size)
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
