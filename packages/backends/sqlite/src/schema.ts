import { randomUUID } from 'node:crypto'
import { inTransaction, pragma, type SqliteDatabase } from './database.ts'
import { invalidStore, isUnusable } from './errors.ts'

/** `application_id` of our files: the letters BPbl, for Blockpool blocks. */
const APPLICATION_ID = 0x4250626c
/** `user_version` of our files: the version of the schema below. */
const SCHEMA_VERSION = 1

/** A WITHOUT ROWID table would keep the data in the index: 3 to 5 times slower. */
const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  CREATE TABLE blocks (key BLOB UNIQUE NOT NULL, data BLOB NOT NULL) STRICT;
  CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    blocks INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    note TEXT
  ) STRICT;
`

/**
 * Tells a store of ours from a database with nothing in it. Only reads.
 * @throws PoolError `ERR_STORE_INVALID` when it is neither.
 */
export function inspect(db: SqliteDatabase, name: string): 'ours' | 'blank' {
  try {
    const application = Number(pragma(db, 'application_id'))
    const version = Number(pragma(db, 'user_version'))
    if (application === APPLICATION_ID) {
      if (version > SCHEMA_VERSION) throw invalidStore(name, `has schema ${version}, of a newer release`)
      if (isComplete(db, version)) return 'ours'
    } else if (application === 0 && version === 0 && isEmpty(db)) return 'blank'
  } catch (error) {
    if (isUnusable(error)) throw invalidStore(name, 'is not a database, or is damaged', error)
    throw error
  }
  throw invalidStore(name, 'is the database of something else')
}

/** Makes the tables and the identity, unless another process has done so meanwhile. */
export function create(db: SqliteDatabase, name: string): void {
  inTransaction(db, () => {
    if (inspect(db, name) === 'ours') return
    db.exec(SCHEMA)
    db.prepare('INSERT INTO store VALUES (1, ?, 0, 0, NULL)').run(randomUUID())
  })
}

function isEmpty(db: SqliteDatabase): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
}

function isComplete(db: SqliteDatabase, version: number): boolean {
  db.prepare('SELECT key, data FROM blocks LIMIT 1').get()
  const row = db.prepare('SELECT id, blocks, bytes, note FROM store').get()
  return version === SCHEMA_VERSION && row !== undefined
}
