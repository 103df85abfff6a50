import { hash } from 'node:crypto'
import { cidFromMultihash, digestWords, type RouteRequest } from '@blockpool/core'

/** Multicodec code of sha2-256. */
const SHA2_256 = 0x12

/** Writes of so many blocks, the same in every run: SHA-256 of "block 0", "block 1", …, or from another number on. */
export function* writes(count: number, from = 0): Generator<RouteRequest> {
  for (let turn = 0; turn < count; turn++) {
    const digest = hash('sha256', `block ${from + turn}`, 'buffer')
    const cid = cidFromMultihash(Uint8Array.of(SHA2_256, digest.length, ...digest))
    yield { op: 'write', cid, digest: digestWords(cid), size: 1, turn, random: 0 }
  }
}
