/** The part of a better-sqlite3 `Statement` that is used. */
export interface SqliteStatement {
  run(...values: unknown[]): { readonly changes: number }
  get(...values: unknown[]): unknown
  all(...values: unknown[]): unknown[]
  pluck(): SqliteStatement
}

/** The part of a better-sqlite3 `Database` that is used. */
export interface SqliteDatabase {
  readonly inTransaction: boolean
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
}

/** The value that a pragma has, or answers when it is set. */
export function pragma(db: SqliteDatabase, text: string): unknown {
  return db.prepare(`PRAGMA ${text}`).pluck().get()
}

/** Absolute path of the main database; undefined when it is in memory. */
export function fileOf(db: SqliteDatabase): string | undefined {
  const file = db.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").pluck().get()
  return typeof file === 'string' && file !== '' ? file : undefined
}

/** Runs the work in a transaction that takes the write lock first; nothing of it stays when it throws. */
export function inTransaction<T>(db: SqliteDatabase, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}
