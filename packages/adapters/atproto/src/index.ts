export type { Collected, CollectOptions } from './collect.ts'
export { AtprotoError, type AtprotoErrorCode, type AtprotoErrorInit, isAtprotoError } from './errors.ts'
export type { BlockKey } from './keys.ts'
export { memoryIndex } from './memory-index.ts'
export type {
  BlobEntry,
  BlobName,
  BlobState,
  IndexChange,
  RepoIndex,
  RepoRoot,
  Uses,
} from './repo-index.ts'
export type { AtprotoStore } from './shared.ts'
export { type AtprotoStorage, type AtprotoStorageOptions, atprotoStorage } from './storage.ts'
