import type { CID } from 'multiformats/cid'
import type { MultihashHasher } from 'multiformats/hashes/interface'
import { PoolError } from './errors.ts'

/** A digest cut shorter than this is not safe against collisions (the bound of Kubo's verifcid). */
const MIN_TRUNCATED_BYTES = 20

interface NativeAlgorithm {
  readonly node: string
  readonly web: string
  readonly bytes: number
}

/** The part of node:crypto that is used when it is there: hashing in place beats WebCrypto by far for small blocks. */
interface NodeCrypto {
  hash(algorithm: string, data: Uint8Array, encoding: 'buffer'): Uint8Array
}

const nodeCrypto: NodeCrypto | undefined = (
  globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
).process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined

/**
 * Hash functions of the platform by their multicodec code (https://github.com/multiformats/multicodec). A web page has
 * them in a secure context only: https, or localhost.
 */
const NATIVE: ReadonlyMap<number, NativeAlgorithm> = new Map(
  nodeCrypto || globalThis.crypto?.subtle
    ? [
        [0x12, { node: 'sha256', web: 'SHA-256', bytes: 32 }],
        [0x13, { node: 'sha512', web: 'SHA-512', bytes: 64 }],
      ]
    : [],
)

/** Tells whether bytes hash to a CID: sha2-256 and sha2-512 by the platform, others by the hashers given. */
export class Hashes {
  readonly #hashers: ReadonlyMap<number, MultihashHasher>

  constructor(hashers: readonly MultihashHasher[]) {
    this.#hashers = new Map(hashers.map((hasher) => [hasher.code, hasher]))
  }

  /**
   * @throws PoolError `ERR_UNKNOWN_HASH` when no hasher is known for the CID, `ERR_INVALID_CID` when its digest is too
   * short or too long to identify a block.
   */
  assertKnown(cid: CID): void {
    const { code, digest } = cid.multihash
    const native = NATIVE.get(code)
    if (!native && !this.#hashers.has(code)) {
      throw new PoolError(
        'ERR_UNKNOWN_HASH',
        `no hasher for multihash code 0x${code.toString(16)}: pass one as 'hashers' when the pool is made`,
      )
    }
    if (native && (digest.length < MIN_TRUNCATED_BYTES || digest.length > native.bytes)) {
      throw new PoolError(
        'ERR_INVALID_CID',
        `a ${native.web} digest of ${digest.length} bytes cannot identify a block (${MIN_TRUNCATED_BYTES} to ${native.bytes} can)`,
      )
    }
  }

  /** The digest of an identity CID is the bytes. */
  isIdentityOf(cid: CID, bytes: Uint8Array): boolean {
    return cid.multihash.digest.length === bytes.length && startsWith(bytes, cid.multihash.digest)
  }

  /** The verdict at once; undefined when it takes `matchesLater`. The hash function must be known. */
  matches(cid: CID, bytes: Uint8Array): boolean | undefined {
    const native = nodeCrypto && NATIVE.get(cid.multihash.code)
    if (!native) return undefined
    return startsWith(nodeCrypto.hash(native.node, bytes, 'buffer'), cid.multihash.digest)
  }

  async matchesLater(cid: CID, bytes: Uint8Array): Promise<boolean> {
    const { code, digest } = cid.multihash
    const native = NATIVE.get(code)
    if (native) {
      const full = await globalThis.crypto.subtle.digest(native.web, bytes as Uint8Array<ArrayBuffer>)
      return startsWith(new Uint8Array(full), digest)
    }
    const full = await this.#hashers.get(code)?.digest(bytes)
    if (!full) return false
    return full.digest.length === digest.length || digest.length >= MIN_TRUNCATED_BYTES
      ? startsWith(full.digest, digest)
      : false
  }
}

function startsWith(full: Uint8Array, digest: Uint8Array): boolean {
  if (digest.length > full.length) return false
  for (let i = 0; i < digest.length; i++) if (full[i] !== digest[i]) return false
  return true
}
