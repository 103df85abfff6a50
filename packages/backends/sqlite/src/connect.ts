import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PoolError } from '@blockpool/core'
import Database from 'better-sqlite3'
import { fileOf, pragma, type SqliteDatabase } from './database.ts'
import { gone, invalidStore } from './errors.ts'
import { MEMORY, type ResolvedSqliteOptions, type Synchronous } from './options.ts'
import { create, inspect } from './schema.ts'
import { type BlockTable, blockTable } from './table.ts'

/** 64 KiB blocks are written a third faster than with 4,096; larger pages make random keys dearer. */
const PAGE_BYTES = 8_192
/**
 * Pages of the log before they are moved into the file, 32 MiB of new stores. With SQLite's 1,000 a page of random keys, which
 * many commits write, is moved more often, and more commits wait for a move. `pnpm bench car` shows imports.
 */
const LOG_PAGES = 4_000

/** A database that holds a store of ours. */
export interface Connection {
  readonly db: SqliteDatabase
  readonly table: BlockTable
  /** Absolute path; undefined in memory. */
  readonly file: string | undefined
  /** @throws PoolError `ERR_STORE_GONE` when the file was removed, emptied, or replaced by another one. */
  checkPresence(): void
  close(): void
}

/**
 * Opens the database and makes the store when there is none.
 * @throws PoolError `ERR_STORE_INVALID` for what is not ours, which is left untouched; `ERR_STORE_GONE` when there is no
 * store and none may be made.
 */
export function connect({ source, name }: ResolvedSqliteOptions, mayCreate = true): Connection {
  if (source.path === undefined) {
    if (inspect(source.database, name) === 'blank') makeStore(source.database, name, mayCreate)
    return connection(source.database, name, () => {})
  }
  if (!mayCreate && source.path !== MEMORY && !statOf(source.path)) throw gone(name)
  const db = source.path === MEMORY ? new Database(MEMORY) : openFile(source.path)
  try {
    prepare(db, name, source.synchronous, mayCreate)
    return connection(db, name, () => db.close())
  } catch (error) {
    db.close()
    throw error
  }
}

function makeStore(db: SqliteDatabase, name: string, mayCreate: boolean): void {
  if (!mayCreate) throw gone(name)
  create(db, name)
}

function prepare(db: SqliteDatabase, name: string, synchronous: Synchronous, mayCreate: boolean): void {
  const found = inspect(db, name)
  db.exec(`PRAGMA synchronous = ${synchronous}`)
  if (found === 'blank') {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
    makeStore(db, name, mayCreate)
  }
  pragma(db, 'journal_mode = WAL')
  pragma(db, `wal_autocheckpoint = ${LOG_PAGES}`)
}

/**
 * Opens without waiting for locks.
 *
 * The first connection that may write puts a log that a crash has left into the file. So where there is one, the
 * store is looked at read-only before. No other descriptor of the file is ever opened: closing it would drop the
 * locks that SQLite holds for this process (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
function openFile(path: string): Database.Database {
  const stat = statOf(path)
  if (!stat && !statOf(dirname(path))) {
    throw new PoolError('ERR_BACKEND', `${path}: its folder does not exist`, { retryable: true })
  }
  if (stat && !stat.isFile()) throw invalidStore(path, 'is not a file')
  if (stat?.size && statOf(`${path}-wal`)?.size) {
    const reader = new Database(path, { readonly: true, timeout: 0 })
    try {
      inspect(reader, path)
    } finally {
      reader.close()
    }
  }
  return new Database(path, { timeout: 0 })
}

function connection(db: SqliteDatabase, name: string, close: () => void): Connection {
  const file = fileOf(db)
  const opened = file === undefined ? undefined : statOf(file)
  const checkPresence = () => {
    if (file === undefined) return
    const found = statOf(file)
    if (!found?.size || found.ino !== opened?.ino || found.dev !== opened.dev) throw gone(name)
  }
  return { db, table: blockTable(db), file, checkPresence, close }
}

/** Undefined when there is nothing; other failures of the file system are passing faults. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw new PoolError('ERR_BACKEND', `${path}: ${String(error)}`, { cause: error, retryable: true })
  }
}
