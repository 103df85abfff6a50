// Candidates and requests as a pool makes them, for the tests of all strategies.
import { createHash } from 'node:crypto'
import type { Candidate, RouteRequest, Strategy } from '../../core/src/index.ts'
import { cidFromMultihash, digestWords, memory } from '../../core/src/index.ts'
import { resolveSettings } from '../../core/src/options.ts'

/** Settings and measurements of one candidate, where they are not the defaults. */
export type Traits = Partial<Omit<Candidate, 'id'>>

/** Candidates in the order of the pool: highest priority first, then by id. */
export function candidates<Id extends string>(backends: Readonly<Record<Id, Traits>>): Candidate<Id>[] {
  const ids = Object.keys(backends) as Id[]
  return ids
    .map((id) => candidate(id, backends[id]))
    .sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
}

/** This many candidates with default settings: b0, b1, b2, … */
export function alike(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => candidate(`b${i}`, {}))
}

export function candidate<Id extends string>(id: Id, traits: Traits): Candidate<Id> {
  const backend = memory()
  return {
    id,
    type: backend.type,
    traits: backend.traits,
    usedBytes: 0,
    inFlight: 0,
    readLatencyMs: 0,
    writeLatencyMs: 0,
    ...resolveSettings(id, traits, backend),
    ...traits,
  }
}

/** The write of a block of 1,000 bytes, unless said otherwise. */
export function write(request: Partial<RouteRequest> = {}): RouteRequest {
  return { op: 'write', cid: aCid, digest: digestWords(aCid), size: 1_000, turn: 0, random: 0, ...request }
}

export function read(request: Partial<RouteRequest> = {}): RouteRequest {
  return { ...write(request), op: 'read', size: undefined }
}

/** As many requests in a row: each with its own block, turn and random number, the same in every run. */
export function many(count: number, request: RouteRequest = write()): RouteRequest[] {
  return Array.from({ length: count }, (_, turn) => {
    const digest = createHash('sha256').update(`block ${turn}`).digest()
    const cid = cidFromMultihash(Uint8Array.of(SHA2_256, digest.length, ...digest))
    return { ...request, cid, digest: digestWords(cid), turn, random: digest.readUInt32LE(16) }
  })
}

/** Multicodec code of sha2-256. */
const SHA2_256 = 0x12
const aCid = cidFromMultihash(Uint8Array.of(SHA2_256, 32, ...createHash('sha256').digest()))

/** Ids in the order of a strategy. */
export function order(strategy: Strategy, request: RouteRequest, among: readonly Candidate[]): string[] {
  return strategy.rank(request, among).map(({ id }) => id)
}

/** For each id its share of the first `copies` places, from 0 to 1. */
export function shares(
  strategy: Strategy,
  requests: readonly RouteRequest[],
  among: readonly Candidate[],
  copies = 1,
): Record<string, number> {
  const share = Object.fromEntries(among.map(({ id }) => [id, 0]))
  for (const request of requests) {
    for (const { id } of strategy.rank(request, among).slice(0, copies)) {
      share[id] = (share[id] ?? 0) + 1 / (requests.length * copies)
    }
  }
  return share
}

export function without(among: readonly Candidate[], ...ids: readonly string[]): Candidate[] {
  return among.filter(({ id }) => !ids.includes(id))
}
