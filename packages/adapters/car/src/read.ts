import type { Block } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { ByteReader, type ByteSource } from './byte-reader.ts'
import { malformed, tooLarge } from './errors.ts'
import { type CarHeader, readHeader } from './header.ts'
import { limit } from './limits.ts'
import { type VerifyOptions, verifier } from './verify.ts'

export interface ReadOptions extends VerifyOptions {
  /** The largest header, in bytes: about 40 for each root. @default 1 MiB */
  readonly maxHeaderBytes?: number | undefined
  /** The largest block, in bytes. @default 16 MiB, as in a pool */
  readonly maxBlockBytes?: number | undefined
  /** Sections that a file may have. @default no limit */
  readonly maxBlocks?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A block and where it stands in the file. */
export interface CarBlock extends Block {
  /** Bytes from the start of the file to its section. */
  readonly offset: number
  /** Bytes from the start of the file to the end of its section. */
  readonly end: number
}

export interface CarFile {
  readonly header: CarHeader
  /** Every section in the order of the file. To be iterated once; leaving it lets go of the source. */
  readonly blocks: AsyncGenerator<CarBlock, void>
}

const MIB = 1024 * 1024
/** Room for the CID in a section: a digest has 128 bytes at most wherever blocks are stored. */
const MAX_CID_BYTES = 512

/**
 * Reads a CAR of version 1 or 2 as a stream. Held in memory are one portion of the source and one section; block bytes
 * are views of the source's portions where they lie within one. The source is asked for more only when the consumer is.
 * @throws CarError that names the offset; `signal.reason`. The iteration of `blocks` throws the same.
 */
export async function readCar(source: ByteSource, options: ReadOptions = {}): Promise<CarFile> {
  const maxHeaderBytes = limit('maxHeaderBytes', options.maxHeaderBytes, MIB)
  const maxBlockBytes = limit('maxBlockBytes', options.maxBlockBytes, 16 * MIB, 0)
  const maxBlocks = limit('maxBlocks', options.maxBlocks, Number.POSITIVE_INFINITY, 0)
  const verify = verifier(options)
  const reader = new ByteReader(source, options.signal)
  try {
    const header = await readHeader(reader, maxHeaderBytes)
    const rules = { maxBlockBytes, maxBlocks, verify, signal: options.signal }
    return { header, blocks: blocksOf(reader, header, rules) }
  } catch (error) {
    await reader.close()
    throw error
  }
}

interface Rules {
  readonly maxBlockBytes: number
  readonly maxBlocks: number
  readonly verify: ReturnType<typeof verifier>
  readonly signal: AbortSignal | undefined
}

async function* blocksOf(
  reader: ByteReader,
  header: CarHeader,
  { maxBlockBytes, maxBlocks, verify, signal }: Rules,
): AsyncGenerator<CarBlock, void> {
  try {
    for (let count = 0; !(await reader.isAtEnd()); count += 1) {
      signal?.throwIfAborted()
      if (count >= maxBlocks) throw tooLarge(`more than ${maxBlocks} blocks`, reader.offset)
      const block = await readSection(reader, maxBlockBytes)
      await verify?.(block, block.offset)
      yield block
    }
    if (header.v2) await readRest(reader, header.v2)
  } finally {
    await reader.close()
  }
}

async function readSection(reader: ByteReader, maxBlockBytes: number): Promise<CarBlock> {
  const offset = reader.offset
  const length = await reader.varint()
  if (length > maxBlockBytes + MAX_CID_BYTES) {
    throw tooLarge(`a section of ${length} bytes is over the limit`, offset)
  }
  const section = await reader.take(length, offset)
  const cid = decodeCid(section, offset)
  const bytes = section.subarray(cid.bytes.length)
  if (bytes.length > maxBlockBytes) {
    throw tooLarge(`a block of ${bytes.length} bytes is over the limit of ${maxBlockBytes}`, offset)
  }
  return { cid, bytes, offset, end: reader.offset }
}

/** The CID has memory of its own, so that one that is kept does not keep a portion of the source. */
function decodeCid(section: Uint8Array, offset: number): CID {
  try {
    const { size, version, digestSize } = CID.inspectBytes(section)
    if (version === 0 && digestSize !== 32) throw new RangeError('a CIDv0 has a digest of 32 bytes')
    return CID.decode(section.slice(0, size))
  } catch (error) {
    throw malformed('a section does not begin with a CID', offset, error)
  }
}

/** The data must be as long as the header says, and the index must begin; its contents are of no use to a stream. */
async function readRest(reader: ByteReader, v2: NonNullable<CarHeader['v2']>): Promise<void> {
  reader.endAt(Number.POSITIVE_INFINITY)
  await reader.skip(v2.dataOffset + v2.dataSize - reader.offset, reader.offset)
  if (v2.indexOffset !== 0) {
    await reader.skip(v2.indexOffset - reader.offset, reader.offset)
    await reader.varint()
  }
  await reader.drain()
}
