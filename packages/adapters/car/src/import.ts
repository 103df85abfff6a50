import type { BlockStore } from '@blockpool/core'
import type { ByteSource } from './byte-reader.ts'
import { CarError, type Imported, isCarError } from './errors.ts'
import type { CarHeader } from './header.ts'
import { limit } from './limits.ts'
import { PutWindow } from './put-window.ts'
import { type ReadOptions, readCar } from './read.ts'

export interface ImportOptions extends ReadOptions {
  /** Puts in flight at most. @default 512: twice what a backend gathers for one write */
  readonly concurrency?: number | undefined
  /** Bytes of blocks in flight at most; a block that is larger alone goes alone. @default 16 MiB */
  readonly maxBytesInFlight?: number | undefined
  /** Called after each put that the store acknowledged, synchronously. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportProgress extends Imported {
  /** Bytes of the file that were read. */
  readonly offset: number
}

export interface ImportReport extends Imported {
  readonly header: CarHeader
}

const MIB = 1024 * 1024

/**
 * Puts every block of a CAR into a store, many at once. Blocks that carry their bytes in the CID are checked and not
 * put. Whatever the end, no put is in flight any more when it is told.
 * @throws CarError with `offset` and `imported`, of which the latter is in the store and stays there; `signal.reason`.
 */
export async function importCar(
  store: Pick<BlockStore, 'put'>,
  source: ByteSource,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { onProgress } = options
  let offset = 0
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const window = new PutWindow(store, {
    concurrency: limit('concurrency', options.concurrency, 512),
    maxBytes: limit('maxBytesInFlight', options.maxBytesInFlight, 16 * MIB),
    signal: options.signal,
    onPut: onProgress && ((done) => onProgress({ ...done, offset })),
    onFailure: () => failed.abort(),
  })
  try {
    const file = await readCar(source, { ...options, signal })
    for await (const block of file.blocks) {
      offset = block.end
      if (!window.fits(block)) await window.room(block)
      window.put(block)
    }
    await window.finished()
    return { ...window.done, header: file.header }
  } catch (thrown) {
    const error = window.failure ? window.failure.error : thrown
    await window.settled()
    throw isCarError(error) ? withCounts(error, window.done) : error
  }
}

function withCounts(error: CarError, imported: Imported): CarError {
  const { code, message, offset, cid, cause } = error
  return new CarError(code, message, { offset, cid, cause, imported })
}
