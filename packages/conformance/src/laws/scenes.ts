import type { Candidate, RouteRequest } from '@blockpool/core'
import { digestWords } from '@blockpool/core'
import { cidOf } from '../blocks.ts'
import type { Random } from '../random.ts'
import type { Scene } from '../types.ts'

/** A candidate with every value written out, so that a law can change one of them. */
export type CandidateSnapshot = { readonly [K in keyof Candidate]: Candidate[K] }

const SCENES = 60
const SHA2_256 = 0x12
const MAX_CANDIDATES = 8

/** Requests and candidates as a pool would ask: ordered by priority, then id; reads and writes in turn. */
export function createScenes(random: Random): readonly Scene[] {
  return Array.from({ length: SCENES }, (_, turn) =>
    scene(createRequest(random, turn), createCandidates(random, 2 + random.int(MAX_CANDIDATES - 1))),
  )
}

/** Freezes what a strategy is shown. */
export function scene(request: RouteRequest, candidates: readonly CandidateSnapshot[]): Scene {
  return {
    request: Object.freeze({ ...request }),
    candidates: Object.freeze(candidates.map((candidate) => Object.freeze({ ...candidate }))),
  }
}

export function createRequest(random: Random, turn: number): RouteRequest {
  const cid = cidOf(SHA2_256, random.bytes(32))
  const op = turn % 2 === 0 ? 'write' : 'read'
  return {
    op,
    cid,
    digest: digestWords(cid),
    size: op === 'read' ? undefined : random.int(2 ** (1 + random.int(23))),
    turn,
    random: random.uint32(),
  }
}

export function createCandidates(random: Random, count: number): readonly CandidateSnapshot[] {
  const candidates = Array.from({ length: count }, (_, i) => createCandidate(random, `b${i}`))
  return candidates.sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
}

function createCandidate(random: Random, id: string): CandidateSnapshot {
  const capacityBytes = random.pick([undefined, 10 ** (3 + random.int(9))])
  return {
    id,
    type: random.pick(['memory', 'fs', 'sqlite', 's3']),
    traits: { durability: random.pick(['none', 'process', 'power']) },
    read: true,
    write: true,
    priority: random.pick([100, 100, 100, 50, 200]),
    weight: random.pick([1, 1, 0.5, 2, 7]),
    capacityBytes,
    sizeThresholdBytes: random.pick([0, 0, 1024, 65_536, 1_048_576]),
    zone: random.pick([id, 'zone-a', 'zone-b']),
    costPerGb: random.pick([0, 0.004, 0.023, 0.1]),
    costPerMillionReads: random.pick([0, 0.4, 5]),
    costPerMillionWrites: random.pick([0, 5, 12]),
    costPerGbEgress: random.pick([0, 0.01, 0.09]),
    concurrency: random.pick([1, 16, 1000]),
    timeoutMs: 10_000,
    usedBytes: random.int(capacityBytes ?? 10 ** 9),
    inFlight: random.int(20),
    readLatencyMs: random.pick([0, 0.2, 3, random.int(500)]),
    writeLatencyMs: random.pick([0, 0.2, 3, random.int(500)]),
  }
}
