import type { MultihashHasher } from 'multiformats/hashes/interface'
import type { Backend, BackendSettings, Durability } from './backend.ts'
import { type Clock, systemClock } from './clock.ts'
import { PoolError } from './errors.ts'
import type { PoolEvent } from './events.ts'
import { type Journal, memoryJournal } from './state/journal.ts'
import type { LocationIndex } from './state/location-index.ts'
import { byPriority, type Strategy } from './strategy.ts'

/** A backend and what the operator says about it. */
export interface BackendEntry extends BackendSettings {
  readonly backend: Backend
}

export type WriteQuorum = 'majority' | 'all' | number

/** When a read that waits for one backend asks a second one too; the one that loses is aborted. */
export interface HedgeOptions {
  /** After so many milliseconds, or when the backend takes longer than for 95 of 100 of its last reads. */
  readonly after: 'p95' | number
  /** Second questions for each read at most, over time. From 0 to 1. @default 0.05 */
  readonly budget?: number | undefined
}

export type ResolvedHedge = Required<{
  readonly [K in keyof HedgeOptions]: Exclude<HedgeOptions[K], undefined>
}>

export interface PoolOptions<Id extends string = string> {
  /** The backends by id. Ids never change; they name the backend in stats, events and errors. */
  readonly backends: Readonly<Record<Id, BackendEntry>>
  /** Where blocks go. @default byPriority() */
  readonly strategy?: Strategy | undefined
  /** Copies of each block, on distinct backends. At least 1. @default 1 */
  readonly copies?: number | undefined
  /** Copies that must be acknowledged before a put resolves. @default 'majority' (⌊copies/2⌋ + 1) */
  readonly writeQuorum?: WriteQuorum | undefined
  /** What a copy must survive to count for the quorum. @default 'none' */
  readonly durability?: Durability | undefined
  /** Writes fail fast with fewer healthy backends than this. @default 1 */
  readonly minHealthy?: number | undefined
  /** The largest block, in bytes. @default 16 MiB */
  readonly maxBlockBytes?: number | undefined
  /** Check on `put` that the bytes hash to the CID. @default true */
  readonly verifyPuts?: boolean | undefined
  /** Check on every read of a backend that the bytes hash to the CID. @default true */
  readonly verifyGets?: boolean | undefined
  /** Reads that take long ask a second backend too. @default off */
  readonly hedge?: HedgeOptions | undefined
  /** Hash functions beside sha2-256, sha2-512 and identity. */
  readonly hashers?: readonly MultihashHasher[] | undefined
  /** Locations remembered at most; 8 bytes of memory each. 0 turns the memory off. @default 1_000_000 */
  readonly maxHints?: number | undefined
  /**
   * Where the processes of a pool look up copies that they have no hint of, before they ask every backend. Worth it where
   * strategies do not say where a block is, and there are many backends. @default none
   */
  readonly locationIndex?: LocationIndex | undefined
  /** Pause between two checks of each backend, in milliseconds. @default 30_000 */
  readonly healthIntervalMs?: number | undefined
  /** Repairs started per second at most. @default 100 */
  readonly repairsPerSecond?: number | undefined
  /** Where what is owed is kept. @default a journal in memory: promises hold while the process lives */
  readonly journal?: Journal | undefined
  /**
   * The blocks that the backends hold at open have their quorum, although no journal says so. Otherwise an absence needs
   * the answer of every backend, until the pool is new and empty. @default false
   */
  readonly trustQuorum?: boolean | undefined
  /**
   * Open although the journal is lost or older than the backends have seen: an absence needs the answer of every backend
   * until a scrub has ended, and deletes that were not confirmed may come back. @default false
   */
  readonly acceptJournalLoss?: boolean | undefined
  /** Called for each event, synchronously; what it throws is ignored. */
  readonly onEvent?: ((event: PoolEvent<Id>) => void) | undefined
  /** @default the machine's clock */
  readonly clock?: Clock | undefined
  /** Seed of the pool's random numbers, a uint32. @default random */
  readonly seed?: number | undefined
}

/** Every setting with its value. */
export interface ResolvedSettings {
  readonly read: boolean
  readonly write: boolean
  readonly priority: number
  readonly weight: number
  readonly capacityBytes: number | undefined
  readonly sizeThresholdBytes: number
  readonly zone: string
  readonly costPerGb: number
  readonly costPerMillionReads: number
  readonly costPerMillionWrites: number
  readonly costPerGbEgress: number
  readonly concurrency: number
  readonly timeoutMs: number
}

/** Every pool option with its value, but for the backends. */
export type ResolvedOptions = {
  readonly [K in keyof Omit<PoolOptions, 'backends' | 'hedge' | 'locationIndex' | 'onEvent'>]-?: Exclude<
    PoolOptions[K],
    undefined
  >
} & { readonly hedge: ResolvedHedge | undefined; readonly locationIndex: LocationIndex | undefined }

/**
 * Fills in the defaults of a backend's settings.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the setting that is out of range.
 */
export function resolveSettings(id: string, settings: BackendSettings, backend: Backend): ResolvedSettings {
  const check = checker(`backend '${id}'`)
  return {
    read: settings.read ?? true,
    write: settings.write ?? true,
    priority: check.number('priority', settings.priority ?? 100, -Infinity),
    weight: check.number('weight', settings.weight ?? 1, Number.MIN_VALUE),
    capacityBytes:
      settings.capacityBytes === undefined
        ? undefined
        : check.number('capacityBytes', settings.capacityBytes, 0),
    sizeThresholdBytes: check.number('sizeThresholdBytes', settings.sizeThresholdBytes ?? 0, 0),
    zone: settings.zone ?? id,
    costPerGb: check.number('costPerGb', settings.costPerGb ?? 0, 0),
    costPerMillionReads: check.number('costPerMillionReads', settings.costPerMillionReads ?? 0, 0),
    costPerMillionWrites: check.number('costPerMillionWrites', settings.costPerMillionWrites ?? 0, 0),
    costPerGbEgress: check.number('costPerGbEgress', settings.costPerGbEgress ?? 0, 0),
    concurrency: check.whole('concurrency', settings.concurrency ?? backend.traits.concurrency ?? 16, 1),
    timeoutMs: check.number('timeoutMs', settings.timeoutMs ?? 10_000, 1),
  }
}

/**
 * Fills in the defaults of the pool's options.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option that is out of range.
 */
export function resolveOptions(options: Omit<PoolOptions, 'backends'>): ResolvedOptions {
  const check = checker('pool')
  const { writeQuorum = 'majority' } = options
  return {
    strategy: options.strategy ?? byPriority(),
    copies: check.whole('copies', options.copies ?? 1, 1),
    writeQuorum: isNamedQuorum(writeQuorum) ? writeQuorum : check.whole('writeQuorum', writeQuorum, 1),
    durability: durabilityOf(options.durability ?? 'none'),
    minHealthy: check.whole('minHealthy', options.minHealthy ?? 1, 0),
    maxBlockBytes: check.whole('maxBlockBytes', options.maxBlockBytes ?? 16 * 1024 * 1024, 1),
    verifyPuts: options.verifyPuts ?? true,
    verifyGets: options.verifyGets ?? true,
    hedge: options.hedge && resolveHedge(options.hedge, check),
    hashers: options.hashers ?? [],
    maxHints: check.whole('maxHints', options.maxHints ?? 1_000_000, 0),
    locationIndex: options.locationIndex,
    healthIntervalMs: check.number('healthIntervalMs', options.healthIntervalMs ?? 30_000, 1),
    repairsPerSecond: check.number('repairsPerSecond', options.repairsPerSecond ?? 100, 0),
    journal: options.journal ?? memoryJournal(),
    trustQuorum: options.trustQuorum ?? false,
    acceptJournalLoss: options.acceptJournalLoss ?? false,
    clock: options.clock ?? systemClock,
    seed: options.seed ?? globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
  }
}

function resolveHedge({ after, budget = 0.05 }: HedgeOptions, check: Checker): ResolvedHedge {
  if (check.number('hedge.budget', budget, 0) > 1)
    throw invalid('pool', 'hedge.budget must be at most 1', budget)
  return { after: after === 'p95' ? after : check.number('hedge.after', after, 0), budget }
}

function isNamedQuorum(writeQuorum: WriteQuorum): writeQuorum is 'majority' | 'all' {
  return writeQuorum === 'majority' || writeQuorum === 'all'
}

function durabilityOf(durability: Durability): Durability {
  if (['none', 'process', 'power'].includes(durability)) return durability
  throw invalid('pool', "durability must be 'none', 'process' or 'power'", durability)
}

type Check = (name: string, value: number, least: number) => number

interface Checker {
  readonly number: Check
  readonly whole: Check
}

/** Checks that numbers are finite, or whole, and at least so large. Concurrency may be infinite. */
function checker(subject: string): Checker {
  const check =
    (kind: string, fits: (value: number) => boolean): Check =>
    (name, value, least) => {
      const unlimited = name === 'concurrency' && value === Number.POSITIVE_INFINITY
      if (typeof value === 'number' && value >= least && (fits(value) || unlimited)) return value
      const bound = Number.isFinite(least) ? ` of at least ${least}` : ''
      throw invalid(subject, `${name} must be a ${kind} number${bound}`, value)
    }
  return { number: check('finite', Number.isFinite), whole: check('whole', Number.isInteger) }
}

function invalid(subject: string, what: string, value: unknown): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `${subject}: ${what}, not ${String(value)}`)
}
