import fc from 'fast-check'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

const SHA2_256 = 0x12
const DAG_PB = 0x70
const IDENTITY = 0

/** Varints from one byte to the longest that a number can hold. */
const codes: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    IDENTITY,
    SHA2_256,
    0x13,
    0x1b,
    0x55,
    DAG_PB,
    0x71,
    0x7f,
    0x80,
    0xb220,
    2 ** 31,
    Number.MAX_SAFE_INTEGER,
  ),
  fc.nat(300),
  fc.maxSafeNat(),
)

/** Paths, patterns, control characters and quotes, as digests. */
const texts: fc.Arbitrary<Uint8Array> = fc
  .constantFrom(
    '../../etc/passwd',
    '..',
    '/',
    '\0',
    "'; DROP TABLE blocks; --",
    'store.json',
    '%00',
    '*',
    '$(x)',
  )
  .map((text) => new TextEncoder().encode(text))

/** Lengths on both sides of what may be a name, and of none at all. */
const digests: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 64 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 0, maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1, 127, 128, 129, 255, 4_096).map((n) => new Uint8Array(n).fill(0xff)),
  },
  { weight: 1, arbitrary: texts },
)

const made: fc.Arbitrary<CID> = fc
  .tuple(codes, codes, digests)
  .map(([codec, hash, digest]) => CID.createV1(codec, create(hash, digest)))

const versionZero: fc.Arbitrary<CID> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((digest) => CID.createV0(create(SHA2_256, digest)))

/** Bytes from the wire, as far as the parser takes them. */
const parsed: fc.Arbitrary<CID> = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 18), codes, codes, fc.nat(200), fc.uint8Array({ maxLength: 80 }))
  .map(([version, codec, hash, size, digest]) => bytesOf([version, codec, hash, size], digest))
  .map(decoded)
  .filter((cid) => cid !== undefined)

function bytesOf(varints: readonly number[], rest: Uint8Array): Uint8Array {
  const parts = varints.map((n) => varint.encodeTo(n, new Uint8Array(varint.encodingLength(n))))
  return Uint8Array.from([...parts.flatMap((part) => [...part]), ...rest])
}

function decoded(bytes: Uint8Array): CID | undefined {
  try {
    return CID.decodeFirst(bytes)[0]
  } catch {
    return undefined
  }
}

/** CIDs as an attacker would make them: any version, codec and hash function, huge varints, odd digests. */
export const hostileCids: fc.Arbitrary<CID> = fc.oneof(
  { weight: 8, arbitrary: made },
  { weight: 1, arbitrary: versionZero },
  { weight: 1, arbitrary: parsed },
)

/** Texts of these characters. */
function textsOf(characters: string, maxLength: number): fc.Arbitrary<string> {
  const letters = [...characters]
  return fc
    .uint8Array({ maxLength })
    .map((bytes) => Array.from(bytes, (byte) => letters[byte % letters.length]).join(''))
}

/** Names as somebody may leave them in a store. */
export const hostileNames: fc.Arbitrary<string> = fc.oneof(
  textsOf('abcdefghijklmnopqrstuvwxyz234567', 240),
  textsOf('aA27=./\\\0%-_18é\u202e\ud800', 80),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes)),
  fc.constantFrom(
    '',
    '.',
    '..',
    'store.json',
    'con',
    '__proto__',
    'constructor',
    '../ci/x',
    'b'.repeat(5_000),
  ),
)
