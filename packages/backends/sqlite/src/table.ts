import type { Usage } from '@blockpool/core'
import type { SqliteDatabase, SqliteStatement } from './database.ts'

/** One put, or one delete where there are no bytes. */
export interface Write {
  readonly key: Uint8Array
  readonly bytes: Uint8Array | undefined
}

/** The writes of a transaction that failed alone, each with its error. */
export type Failures = ReadonlyMap<Write, unknown>

/** A given database may be set to answer integers as bigint. */
type Integer = number | bigint

/** Prepared statements over the tables of a store. All of it is synchronous. */
export interface BlockTable {
  get(key: Uint8Array): Uint8Array | undefined
  has(key: Uint8Array): boolean
  /** The next keys in order. */
  keysAfter(key: Uint8Array, limit: number): readonly Uint8Array[]
  /** Without counting: the counts are kept with each write. */
  usage(): Usage
  /** The identity that was made with the store. */
  id(): string | undefined
  /** The text kept with the store; null when there is none. */
  note(): string | null
  setNote(note: string): void
  /** All writes in their order and in one transaction; throws when none of them has happened. */
  write(writes: readonly Write[]): Failures
}

export function blockTable(db: SqliteDatabase): BlockTable {
  const get = db.prepare('SELECT data FROM blocks WHERE key = ?').pluck()
  const has = db.prepare('SELECT 1 FROM blocks WHERE key = ?').pluck()
  const keys = db.prepare('SELECT key FROM blocks WHERE key > ? ORDER BY key LIMIT ?').pluck()
  const usage = db.prepare('SELECT blocks, bytes FROM store')
  const id = db.prepare('SELECT id FROM store').pluck()
  const note = db.prepare('SELECT note FROM store').pluck()
  const setNote = db.prepare('UPDATE store SET note = ?')
  const writer = new Writer(db)
  return {
    get: (key) => get.get(key) as Uint8Array | undefined,
    has: (key) => has.get(key) !== undefined,
    keysAfter: (key, limit) => keys.all(key, limit) as Uint8Array[],
    usage() {
      const { blocks, bytes } = usage.get() as { blocks: Integer; bytes: Integer }
      return { blocks: Number(blocks), bytes: Number(bytes) }
    },
    id: () => id.get() as string | undefined,
    note: () => note.get() as string | null,
    setNote: (text) => void setNote.run(text),
    write: (writes) => writer.write(writes),
  }
}

class Writer {
  readonly #db: SqliteDatabase
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  readonly #rollback: SqliteStatement
  readonly #insert: SqliteStatement
  readonly #compare: SqliteStatement
  readonly #replace: SqliteStatement
  readonly #size: SqliteStatement
  readonly #delete: SqliteStatement
  readonly #count: SqliteStatement
  #blocks = 0
  #bytes = 0

  constructor(db: SqliteDatabase) {
    this.#db = db
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#rollback = db.prepare('ROLLBACK')
    this.#insert = db.prepare('INSERT INTO blocks (key, data) VALUES (?, ?) ON CONFLICT DO NOTHING')
    this.#compare = db.prepare('SELECT length(data) AS size, data = ? AS same FROM blocks WHERE key = ?')
    this.#replace = db.prepare('UPDATE blocks SET data = ? WHERE key = ?')
    this.#size = db.prepare('SELECT length(data) FROM blocks WHERE key = ?').pluck()
    this.#delete = db.prepare('DELETE FROM blocks WHERE key = ?')
    this.#count = db.prepare('UPDATE store SET blocks = blocks + ?, bytes = bytes + ?')
  }

  write(writes: readonly Write[]): Failures {
    if (this.#db.inTransaction) throw transactionLeftOpen()
    this.#begin.run()
    try {
      const failures = this.#apply(writes)
      if (this.#blocks !== 0 || this.#bytes !== 0) this.#count.run(this.#blocks, this.#bytes)
      this.#commit.run()
      return failures
    } catch (error) {
      if (this.#db.inTransaction) this.#rollback.run()
      throw error
    }
  }

  #apply(writes: readonly Write[]): Failures {
    this.#blocks = 0
    this.#bytes = 0
    const failures = new Map<Write, unknown>()
    for (const write of writes) {
      try {
        if (write.bytes) this.#put(write.key, write.bytes)
        else this.#remove(write.key)
      } catch (error) {
        // SQLite undoes the statement alone, or else the whole transaction.
        if (!this.#db.inTransaction) throw error
        failures.set(write, error)
      }
    }
    return failures
  }

  /** A block that is there is compared, so that a put also replaces a damaged copy. */
  #put(key: Uint8Array, bytes: Uint8Array): void {
    if (this.#insert.run(key, bytes).changes > 0) {
      this.#blocks += 1
      this.#bytes += bytes.length
      return
    }
    const stored = this.#compare.get(bytes, key) as { size: Integer; same: Integer }
    if (Number(stored.same) === 1) return
    this.#replace.run(bytes, key)
    this.#bytes += bytes.length - Number(stored.size)
  }

  #remove(key: Uint8Array): void {
    const size = this.#size.get(key)
    if (size === undefined || this.#delete.run(key).changes === 0) return
    this.#blocks -= 1
    this.#bytes -= Number(size)
  }
}

/** Someone else's transaction on a given database ends in its own time, as a lock does. */
function transactionLeftOpen(): Error {
  return Object.assign(new Error('the database is inside a transaction'), { code: 'SQLITE_BUSY' })
}
