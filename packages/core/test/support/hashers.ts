import * as Digest from 'multiformats/hashes/digest'
import type { MultihashHasher } from 'multiformats/hashes/interface'

/** Digests of the bytes "abc", as published: sha1, sha3-256, blake3, blake2b-256. */
const ABC: ReadonlyArray<readonly [code: number, digest: string]> = [
  [0x11, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  [0x16, '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
  [0x1e, '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
  [0xb220, 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
]

/** Hashers that know "abc" and nothing else, so that no test needs their libraries. */
export const abcHashers: readonly MultihashHasher[] = ABC.map(([code, digest]) => {
  const hasher: Pick<MultihashHasher, 'code' | 'digest' | 'name'> = {
    code,
    name: `abc-${code.toString(16)}`,
    digest: async (bytes) => {
      const known = Buffer.from(bytes).toString() === 'abc'
      return Digest.create(code, known ? Buffer.from(digest, 'hex') : new Uint8Array(digest.length / 2))
    },
  }
  return hasher as MultihashHasher
})
