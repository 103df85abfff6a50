import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { base32, fromBase32 } from './base32.ts'
import { cidMemory } from './cid-memory.ts'
import { PoolError } from './errors.ts'

/** One immutable block: `cid` is the address, `bytes` hash to it. Bytes are shared and read-only, on every path. */
export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** Multicodec code of the raw codec: what `list` yields. https://github.com/multiformats/multicodec */
const RAW = 0x55
const VERSION = 1
/** Bytes of a version and a codec of one byte each. */
const PREFIX = 2
/** Multicodec code of the identity hash: the digest is the data. */
const IDENTITY = 0x00
/** A digest longer than this makes no usable name: 128 bytes are 1,024 bits, twice the longest hash in use. */
const MAX_DIGEST_BYTES = 128

/** The part of Node's Buffer that is used when it is there. */
declare const Buffer: { readonly prototype: { latin1Slice(start: number, end: number): string } } | undefined

/** Held, because Node's `Buffer` is an accessor. */
const latin1Slice = typeof Buffer === 'undefined' ? undefined : Buffer.prototype.latin1Slice

let lastCid: CID | undefined
let lastKey = ''

/**
 * The identity of a block as a map key: its multihash bytes, one character a byte. `Qm…`, `bafy…` and `bafk…` of
 * one hash are one block. For memory only; it is not printable.
 */
export function blockKey(cid: CID): string {
  // A pool and its backends ask for the same one in turns.
  if (cid !== lastCid) {
    lastKey = toLatin1(cid.multihash.bytes)
    lastCid = cid
  }
  return lastKey
}

function toLatin1(bytes: Uint8Array): string {
  return latin1Slice ? latin1Slice.call(bytes, 0, bytes.length) : String.fromCharCode(...bytes)
}

/** Two uint32 words of the digest, for hashing and hints. Short digests are padded with zeros. */
export function digestWords(cid: CID): readonly [number, number] {
  const d = cid.multihash.digest
  return [word(d, 0), word(d, 4)]
}

/** The first of these words. */
export function digestWord(cid: CID): number {
  return word(cid.multihash.digest, 0)
}

function word(d: Uint8Array, at: number): number {
  return (((d[at] ?? 0) << 24) | ((d[at + 1] ?? 0) << 16) | ((d[at + 2] ?? 0) << 8) | (d[at + 3] ?? 0)) >>> 0
}

/** The CID carries its bytes (identity hash): nothing needs to be stored. */
export function isIdentity(cid: CID): boolean {
  return cid.multihash.code === IDENTITY
}

/**
 * The name of a block in stores with readable keys: lower-case base32 (RFC 4648, no padding, no multibase prefix)
 * of its multihash. Only the letters a to z and the digits 2 to 7 occur.
 * @throws PoolError `ERR_INVALID_CID` for a digest that is empty or longer than 128 bytes.
 */
export function blockName(cid: CID): string {
  const size = cid.multihash.digest.length
  if (size === 0 || size > MAX_DIGEST_BYTES) {
    throw new PoolError(
      'ERR_INVALID_CID',
      `a digest of ${size} bytes cannot name a block (1 to ${MAX_DIGEST_BYTES} can)`,
    )
  }
  return base32(cid.multihash.bytes)
}

/** The CID (version 1, raw codec) that a name of `blockName` stands for; undefined when it is not such a name. */
export function cidFromName(name: string): CID | undefined {
  const bytes = fromBase32(name, PREFIX, cidMemory)
  try {
    return bytes && rawCidIn(bytes)
  } catch {
    return undefined
  }
}

/**
 * The CID (version 1, raw codec) of multihash bytes.
 * @throws Error when the bytes are no multihash.
 */
export function cidFromMultihash(multihash: Uint8Array): CID {
  const bytes = cidMemory(PREFIX + multihash.length)
  bytes.set(multihash, PREFIX)
  return rawCidIn(bytes)
}

/**
 * The raw CID with the multihash that stands after PREFIX. It is made in place, of one memory: `CID.createV1` and
 * `Digest.decode` make more memories and subarrays, which is most of their time, and listings make one of each name.
 */
function rawCidIn(bytes: Uint8Array<ArrayBuffer>): CID {
  bytes[0] = VERSION
  bytes[1] = RAW
  const { buffer, byteOffset, length } = bytes
  const multihash = new Uint8Array(buffer, byteOffset + PREFIX, length - PREFIX)
  const code = bytes[PREFIX] ?? 0
  const size = bytes[PREFIX + 1] ?? 0
  // Nearly all codes and sizes are varints of one byte.
  const isPlain = code < 0x80 && size < 0x80 && size === length - PREFIX - 2
  const digest = isPlain
    ? new Digest.Digest(code, size, new Uint8Array(buffer, byteOffset + PREFIX + 2, size), multihash)
    : Digest.decode(multihash)
  return new CID(VERSION, RAW, digest, bytes)
}

/** The CID that `list` yields for this block: version 1, raw codec. */
export function rawCid(cid: CID): CID {
  return cid.version === 1 && cid.code === RAW ? cid : CID.createV1(RAW, cid.multihash)
}
