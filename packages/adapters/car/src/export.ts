import { type Block, type BlockStore, getAll, isIdentity } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { CarError } from './errors.ts'
import { encodeHeader } from './header.ts'
import type { LinkReader } from './links.ts'
import { Portions } from './portions.ts'
import { Seen } from './seen.ts'
import { encodeVarint } from './varint.ts'
import { type VerifyOptions, verifier } from './verify.ts'
import { walk } from './walk.ts'

export interface WriteOptions extends VerifyOptions {
  readonly signal?: AbortSignal | undefined
  /** Called for each block that was written, synchronously. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined
}

export interface ExportOptions extends WriteOptions {
  /** Write a block as often as something links to it. @default false: once */
  readonly duplicates?: boolean | undefined
  /** How to read the links of codecs beside raw, dag-pb, dag-cbor, dag-json, cbor and json, by multicodec code. */
  readonly links?: ReadonlyMap<number, LinkReader> | undefined
}

export interface ExportBlocksOptions extends WriteOptions {
  /** Named in the header. @default none */
  readonly roots?: readonly CID[] | undefined
}

export interface ExportProgress {
  /** Blocks written. */
  readonly blocks: number
  /** Bytes of those blocks. */
  readonly bytes: number
  /** Bytes of the file so far. */
  readonly offset: number
}

/**
 * A CAR of version 1 with everything that can be reached from the roots, depth first: the same roots always make the
 * same bytes. What comes out before an error ends in the middle of something, so that it never looks whole.
 * @throws CarError `ERR_CAR_MISSING`, `ERR_CAR_MISMATCH`, `ERR_CAR_REFUSED`, `ERR_CAR_UNREADABLE`; what the store
 * throws; `signal.reason`.
 */
export async function* exportCar(
  store: Pick<BlockStore, 'get'>,
  roots: readonly CID[],
  options: ExportOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const verify = verifier(options)
  const { signal, duplicates = false, links } = options
  const fetch = async (cid: CID): Promise<Uint8Array> => {
    signal?.throwIfAborted()
    return found({ cid, bytes: await store.get(cid, { signal }) }, verify)
  }
  yield* encode(roots, walk(fetch, roots, { duplicates, links }), options)
}

/**
 * A CAR of version 1 with these blocks alone, in their order; a CID that comes again is left out. Several are fetched
 * at once.
 * @throws as `exportCar`.
 */
export async function* exportBlocks(
  store: Pick<BlockStore, 'get'>,
  cids: Iterable<CID> | AsyncIterable<CID>,
  options: ExportBlocksOptions = {},
): AsyncGenerator<Uint8Array, void> {
  yield* encode(options.roots ?? [], listed(store, cids, options), options)
}

async function* listed(
  store: Pick<BlockStore, 'get'>,
  cids: Iterable<CID> | AsyncIterable<CID>,
  options: ExportBlocksOptions,
): AsyncGenerator<Block> {
  const verify = verifier(options)
  const { signal } = options
  for await (const block of getAll(store, distinct(cids), { signal, concurrency: 16 })) {
    const { cid } = block
    yield { cid, bytes: await found(block, verify) }
  }
}

async function* distinct(cids: Iterable<CID> | AsyncIterable<CID>): AsyncGenerator<CID> {
  const seen = new Seen()
  for await (const cid of cids) {
    // The bytes of one that carries them need no section.
    if (!isIdentity(cid) && seen.add(cid)) yield cid
  }
}

async function found(
  { cid, bytes }: { readonly cid: CID; readonly bytes: Uint8Array | undefined },
  verify: ReturnType<typeof verifier>,
): Promise<Uint8Array> {
  if (bytes === undefined) {
    throw new CarError('ERR_CAR_MISSING', `the block ${cid} is not there`, { cid })
  }
  await verify?.({ cid, bytes })
  return bytes
}

async function* encode(
  roots: readonly CID[],
  blocks: AsyncIterable<Block>,
  { signal, onProgress }: WriteOptions,
): AsyncGenerator<Uint8Array, void> {
  const portions = new Portions()
  const done = { blocks: 0, bytes: 0, offset: 0 }
  const header = encodeHeader(roots)
  done.offset += header.length
  yield* portions.add(header)
  for await (const { cid, bytes } of blocks) {
    signal?.throwIfAborted()
    const length = encodeVarint(cid.bytes.length + bytes.length)
    for (const piece of [length, cid.bytes, bytes]) {
      for (const portion of portions.add(piece)) yield portion
      done.offset += piece.length
    }
    done.blocks += 1
    done.bytes += bytes.length
    onProgress?.({ ...done })
  }
  yield* portions.end()
}
