import type { Candidate, RouteRequest, Strategy } from '@blockpool/core'
import { absorb, finish } from './murmur3.ts'
import { sorted } from './sort.ts'

/**
 * Weighted rendezvous hashing: each candidate draws a number u in (0, 1), a hash of the block's digest and its own id,
 * and the lowest -ln(u) / weight comes first, the next lowest second, and so on.
 *
 * So each backend is first for a share of blocks equal to its share of the weights. Adding a backend moves the blocks
 * that it wins and no others; removing one moves only its own; a new weight moves blocks only to or from its backend.
 * Digest, ids and weights decide alone: every process, restart and version gives the same order, and all CIDs of one
 * multihash go together. Equal draws (one in 2^32) keep the order of the candidates.
 *
 * D. Thaler and C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on Networking
 * 6(1), 1998; the weights: C. Schindelhauer and G. Schomaker, "Weighted Distributed Hash Tables", SPAA 2005 (the
 * logarithmic method).
 */
export function consistentHash(): Strategy {
  const hashOf = idHashes()
  const scores: number[] = []

  return {
    type: 'consistent-hash',
    stable: true,
    rank<C extends Candidate>({ digest }: RouteRequest, candidates: readonly C[]): readonly C[] {
      const even = weighAlike(candidates)
      for (let i = 0; i < candidates.length; i++) {
        const { id, weight } = candidates[i] as C
        const u = draw(digest, hashOf(id, i))
        // With equal weights the highest u has the lowest score: the same order without logarithms.
        scores[i] = even ? -u : -Math.log(u) / weight
      }
      return sorted(candidates, scores)
    },
  }
}

interface IdHash {
  readonly id: string
  readonly a: number
  readonly b: number
}

/** Ids whose hashes are remembered at most. Only speed depends on it. */
const MAX_IDS = 10_000

/** Hashes of ids, remembered by the place where an id last stood, and by the id. */
function idHashes(): (id: string, place: number) => IdHash {
  const byPlace: IdHash[] = []
  const byId = new Map<string, IdHash>()
  return (id, place) => {
    const last = byPlace[place]
    if (last?.id === id) return last
    const hash = byId.get(id) ?? hashId(id)
    if (byId.size >= MAX_IDS) byId.clear()
    byId.set(id, hash)
    byPlace[place] = hash
    return hash
  }
}

/** 64 bits of an id, from its UTF-16 code units. */
function hashId(id: string): IdHash {
  let a = 0x9747_b28c
  let b = 0x3c6e_f372
  for (let i = 0; i < id.length; i++) {
    a = absorb(a, id.charCodeAt(i))
    b = absorb(b, id.charCodeAt(i))
  }
  return { id, a: finish(a ^ id.length), b: finish(b ^ id.length) }
}

/** A number in (0, 1) with 32 random bits: the hash of a block and a backend. */
function draw(digest: RouteRequest['digest'], id: IdHash): number {
  return ((finish(absorb(absorb(id.a, digest[0]), digest[1] ^ id.b)) >>> 0) + 0.5) / 2 ** 32
}

function weighAlike(candidates: readonly Candidate[]): boolean {
  const weight = candidates[0]?.weight
  for (const candidate of candidates) if (candidate.weight !== weight) return false
  return true
}
