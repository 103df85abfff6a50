import type { Backend, Block, RouteRequest, Strategy } from '@blockpool/core'
import type { CandidateSnapshot } from './laws/scenes.ts'
import type { Random } from './random.ts'

/** One store that a case may fill, close and open again. */
export interface BackendUnderTest {
  /** Not opened yet, and empty. */
  readonly backend: Backend
  /**
   * Another instance over the same data, not opened yet. Called after the first was closed; absent when data does not
   * outlive `close`.
   */
  reopen?(): Promise<Backend>
  /** Removes what was made for the test. Called once, after the last instance was closed. */
  dispose?(): Promise<void>
}

/** Makes a new, empty store with each call. Two of them share no data, and may be in use at once. */
export type CreateBackend = () => Promise<BackendUnderTest>

export interface ConformanceOptions {
  /** Id of each case that is left out, with the reason. An unknown id or an empty reason is an error. */
  readonly skip?: Readonly<Record<string, string>> | undefined
  /** Seed of all random choices, a uint32; failures print it. @default random */
  readonly seed?: number | undefined
  /** A case that takes longer has failed. Milliseconds. @default 20_000 */
  readonly timeoutMs?: number | undefined
}

/** What a backend has to offer for a case to apply; otherwise the case is reported as skipped, with the reason. */
export type BackendRequirement =
  | 'close'
  | 'peek'
  | 'tryPut'
  | 'ping'
  | 'usage'
  | 'identity'
  | 'note'
  | 'reopen'
  | 'a maxBlockBytes of 64 MiB or less'
  | 'blocks of 1 MiB'

/** One promise of the `Backend` contract, as data. */
export interface BackendCase {
  /** Never changes: topic/promise, 'get/unknown-is-undefined'. */
  readonly id: string
  /** The promise in words. */
  readonly title: string
  readonly requires?: readonly BackendRequirement[] | undefined
  /** Rejects when the promise is broken. */
  run(context: CaseContext): Promise<void>
}

/** What a case works with. */
export interface CaseContext {
  /** Open, and empty when the case starts; after `reopen` it is the new instance. */
  readonly backend: Backend
  /** The store can be reopened over the same data. */
  readonly canReopen: boolean
  readonly random: Random
  /** A new block of random bytes, 64 by default; sha2-256, CID version 1, raw codec. */
  block(size?: number): Promise<Block>
  blocks(count: number, size?: number): Promise<readonly Block[]>
  /** A second store of the same kind, open and empty. */
  another(): Promise<Backend>
  /** Closes the backend and opens another instance over the same data. */
  reopen(): Promise<void>
}

/** What a strategy has to offer for a law to apply. */
export type StrategyRequirement = 'stable' | 'copies' | 'tier'

/** One law of the `Strategy` contract, as data. */
export interface StrategyLaw {
  /** Never changes: 'rank/no-repeats'. */
  readonly id: string
  readonly title: string
  readonly requires?: readonly StrategyRequirement[] | undefined
  /** Throws when the law is broken. */
  run(context: LawContext): void
}

/** What a law works with. */
export interface LawContext {
  readonly strategy: Strategy
  readonly random: Random
  /** A fresh instance, made as `strategy` was. */
  create(): Strategy
  /** Requests with their candidates, for reads and writes, drawn from the seed. */
  readonly scenes: readonly Scene[]
}

/** One question to a strategy. Request, candidates and their array are frozen. */
export interface Scene {
  readonly request: RouteRequest
  readonly candidates: readonly CandidateSnapshot[]
}

/** How one case or law ended. */
export type CaseResult =
  | { readonly id: string; readonly title: string; readonly status: 'passed'; readonly durationMs: number }
  | {
      readonly id: string
      readonly title: string
      readonly status: 'failed'
      readonly durationMs: number
      readonly error: Error
    }
  | { readonly id: string; readonly title: string; readonly status: 'skipped'; readonly reason: string }
