import { resolve } from 'node:path'
import { PoolError } from '@blockpool/core'
import type { SqliteDatabase } from './database.ts'

/** When SQLite waits for the device. https://sqlite.org/pragma.html#pragma_synchronous */
export type Synchronous = 'off' | 'normal' | 'full' | 'extra'

export interface SqliteFileOptions {
  /** The database file, made when it is missing; its folder must exist. `:memory:` keeps the blocks in memory. */
  readonly path: string
  /** `full` and `extra` survive a power cut, `normal` and `off` a crash of the process. @default 'full' */
  readonly synchronous?: Synchronous | undefined
  /** How long a call waits while another process holds the database, in milliseconds, from 0. @default 5_000 */
  readonly busyTimeoutMs?: number | undefined
}

export interface SqliteDatabaseOptions {
  /**
   * An open better-sqlite3 database for blocks alone. It is used as it is configured (journal mode, synchronous,
   * time-out), must not be left inside a transaction, and is not closed.
   */
  readonly database: SqliteDatabase
  /** As for a file. @default 5_000 */
  readonly busyTimeoutMs?: number | undefined
}

export type SqliteOptions = SqliteFileOptions | SqliteDatabaseOptions

/** Where the database comes from: a file that is opened here, or one that is given. */
export type Source =
  | { readonly path: string; readonly synchronous: Synchronous }
  | { readonly path?: undefined; readonly database: SqliteDatabase }

export interface ResolvedSqliteOptions {
  readonly source: Source
  /** For messages. */
  readonly name: string
  readonly busyTimeoutMs: number
}

export const MEMORY = ':memory:'

export const synchronousLevels: readonly [Synchronous, ...Synchronous[]] = ['off', 'normal', 'full', 'extra']

/**
 * Fills in the defaults.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option that does not fit.
 */
export function resolveOptions(options: SqliteOptions): ResolvedSqliteOptions {
  const { busyTimeoutMs = 5_000 } = options
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw invalid(`busyTimeoutMs must be a finite number of at least 0, not ${String(busyTimeoutMs)}`)
  }
  const source = 'database' in options ? injected(options) : file(options)
  return { source, name: source.path ?? 'the given database', busyTimeoutMs }
}

function injected(options: SqliteDatabaseOptions): Source {
  if ('path' in options || 'synchronous' in options) {
    throw invalid('a given database has its own path and synchronous setting')
  }
  return { database: options.database }
}

function file({ path, synchronous = 'full' }: SqliteFileOptions): Source {
  if (!synchronousLevels.includes(synchronous)) {
    throw invalid(`synchronous must be one of ${synchronousLevels.join(', ')}, not ${String(synchronous)}`)
  }
  if (typeof path !== 'string' || path.trim() === '' || path.includes('\0')) {
    throw invalid('path must name a file')
  }
  // better-sqlite3 trims names, and what it opens has to be what we look at.
  const name = path.trim()
  return { path: name === MEMORY ? name : resolve(name), synchronous }
}

function invalid(reason: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `sqlite: ${reason}`)
}
