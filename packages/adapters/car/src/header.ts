import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import type { ByteReader } from './byte-reader.ts'
import { CarError, malformed, tooLarge } from './errors.ts'
import { encodeVarint } from './varint.ts'

/** What stands before the blocks. https://ipld.io/specs/transport/car/ */
export interface CarHeader {
  readonly version: 1 | 2
  /** As they stand there: nothing says that their blocks are in the file. */
  readonly roots: readonly CID[]
  /** What version 2 adds. */
  readonly v2?: CarV2Header | undefined
}

export interface CarV2Header {
  /** 16 bytes of flags, as they are. */
  readonly characteristics: Uint8Array
  /** The first of the flags: the index, if there is one, knows every block. */
  readonly fullyIndexed: boolean
  /** Bytes from the start of the file to the data, which is a CAR of version 1. */
  readonly dataOffset: number
  /** Bytes of data. */
  readonly dataSize: number
  /** Bytes from the start of the file to the index; 0 when there is none. */
  readonly indexOffset: number
}

const V2_HEADER_BYTES = 40
/** Bytes of pragma and header: data cannot begin before. */
const V2_PREFIX_BYTES = 51

/** Reads up to the first section, and sets the end of the data where version 2 says it. */
export async function readHeader(reader: ByteReader, maxHeaderBytes: number): Promise<CarHeader> {
  const first = await readMap(reader, maxHeaderBytes)
  if (first.version === 1) return { version: 1, roots: rootsOf(first, 0) }
  if (first.version !== 2) {
    throw new CarError('ERR_CAR_VERSION', 'the version of the CAR file is neither 1 nor 2', { offset: 0 })
  }
  const v2 = await readV2(reader)
  await reader.skip(v2.dataOffset - reader.offset, reader.offset)
  reader.endAt(v2.dataOffset + v2.dataSize)
  const inner = await readMap(reader, maxHeaderBytes)
  if (inner.version !== 1) throw malformed('the data of a CARv2 is no CARv1', v2.dataOffset)
  return { version: 2, roots: rootsOf(inner, v2.dataOffset), v2 }
}

/** The header of version 1, with its length before it. */
export function encodeHeader(roots: readonly CID[]): Uint8Array {
  const header = dagCbor.encode({ version: 1, roots })
  const length = encodeVarint(header.length)
  const bytes = new Uint8Array(length.length + header.length)
  bytes.set(length)
  bytes.set(header, length.length)
  return bytes
}

interface HeaderMap {
  readonly version?: unknown
  readonly roots?: unknown
}

async function readMap(reader: ByteReader, maxBytes: number): Promise<HeaderMap> {
  const start = reader.offset
  const length = await reader.varint()
  if (length === 0) throw malformed('a header is empty', start)
  if (length > maxBytes) throw tooLarge(`a header of ${length} bytes is over the limit of ${maxBytes}`, start)
  const bytes = await reader.take(length, start)
  try {
    const value: unknown = dagCbor.decode(bytes)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw malformed('a header is no dag-cbor', start, error)
  }
  throw malformed('a header is no map', start)
}

function rootsOf({ roots }: HeaderMap, offset: number): readonly CID[] {
  if (Array.isArray(roots) && roots.every((root) => CID.asCID(root) !== null)) return roots
  throw malformed('the roots of a header are no list of CIDs', offset)
}

async function readV2(reader: ByteReader): Promise<CarV2Header> {
  const start = reader.offset
  const bytes = (await reader.take(V2_HEADER_BYTES, start)).slice()
  const view = new DataView(bytes.buffer)
  const size = (at: number): number => {
    const value = Number(view.getBigUint64(at, true))
    if (Number.isSafeInteger(value)) return value
    throw malformed('an offset or size of the CARv2 header is beyond 2^53 - 1', start + at)
  }
  const [dataOffset, dataSize, indexOffset] = [size(16), size(24), size(32)]
  const dataEnd = dataOffset + dataSize
  if (dataOffset < V2_PREFIX_BYTES || !Number.isSafeInteger(dataEnd)) {
    throw malformed('the data of a CARv2 is not where it can be', start)
  }
  if (indexOffset !== 0 && indexOffset < dataEnd) {
    throw malformed('the index of a CARv2 begins before its data ends', start)
  }
  const fullyIndexed = ((bytes[0] as number) & 0x80) !== 0
  return { characteristics: bytes.subarray(0, 16), fullyIndexed, dataOffset, dataSize, indexOffset }
}
