export type { Backend, BackendSettings, BackendTraits, Durability, OpenOptions, Usage } from './backend.ts'
export {
  type Block,
  blockKey,
  blockName,
  cidFromMultihash,
  cidFromName,
  digestWords,
  isIdentity,
  rawCid,
} from './block.ts'
export { type BlockStore, isAborted, type OperationOptions, throwIfAborted } from './block-store.ts'
export { type BulkOptions, getAll, putAll } from './bulk.ts'
export { type Clock, type ScheduleOptions, systemClock } from './clock.ts'
export {
  type BackendOutcome,
  errorCode,
  type Outcome,
  PoolError,
  type PoolErrorCode,
  type PoolErrorInit,
} from './errors.ts'
export type { PoolEvent, UnhealthyReason } from './events.ts'
export { Hashes } from './hash.ts'
export type { RemoveReport } from './maintenance/drain.ts'
export type { ScrubReport } from './maintenance/scrub.ts'
export { type MemoryOptions, memory } from './memory.ts'
export type { BackendEntry, HedgeOptions, PoolOptions, ResolvedSettings, WriteQuorum } from './options.ts'
export type {
  BackendPlugin,
  OptionsSchema,
  Plugin,
  PluginContext,
  SchemaIssue,
  SchemaResult,
  StrategyPlugin,
} from './plugin.ts'
export type { ListOptions } from './pool/list.ts'
export {
  type AddOptions,
  createPool,
  type ExplainRequest,
  type RemoveOptions,
  type StoragePool,
} from './pool/storage-pool.ts'
export { DigestSet } from './state/digest-set.ts'
export {
  type Debt,
  type DebtChange,
  type DebtLook,
  type DebtState,
  type Due,
  type Hold,
  type Journal,
  type JournalChange,
  type JournalHead,
  memoryJournal,
  type SharedJournal,
} from './state/journal.ts'
export { LocationHints } from './state/location-hints.ts'
export type { LocationIndex } from './state/location-index.ts'
export type {
  BackendStats,
  BreakerState,
  CallCounts,
  Explanation,
  Ineligible,
  Location,
  PoolStats,
} from './stats.ts'
export {
  byPriority,
  type Candidate,
  type Rank,
  type RouteRequest,
  rankBy,
  type Strategy,
} from './strategy.ts'
