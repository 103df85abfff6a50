import Database from 'better-sqlite3'
import { AtprotoError } from './errors.ts'

/** `application_id` of our files: the letters BPat, for Blockpool and the AT Protocol. */
const APPLICATION_ID = 0x42506174
const SCHEMA_VERSION = 1

/** `holders`: accounts with a row in `uses`. A temporary blob is found by its age, a block that nobody needs by its key. */
const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  CREATE TABLE accounts (id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, root BLOB, rev TEXT) STRICT;
  CREATE TABLE blocks (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, holders INTEGER NOT NULL) STRICT;
  CREATE INDEX unneeded ON blocks (key) WHERE holders = 0;
  CREATE TABLE uses (
    account INTEGER NOT NULL, block INTEGER NOT NULL,
    tree INTEGER NOT NULL, records INTEGER NOT NULL, blobs INTEGER NOT NULL,
    PRIMARY KEY (account, block)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blobs (
    account INTEGER NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, hash BLOB NOT NULL, parts TEXT NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (account, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX temporary ON blobs (since) WHERE state = 'temporary';
`

/** @throws AtprotoError `ERR_ATPROTO_INDEX_INVALID`; errors of SQLite. */
export function openIndex(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 })
  try {
    prepare(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: Database.Database, path: string): void {
  // Held until it is closed: another process that opens it is told, instead of both writing.
  db.pragma('locking_mode = EXCLUSIVE')
  const application = Number(db.pragma('application_id', { simple: true }))
  const version = Number(db.pragma('user_version', { simple: true }))
  const blank = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
  if (application !== APPLICATION_ID && !(blank && application === 0))
    throw invalid(path, 'is no index of ours')
  if (version > SCHEMA_VERSION) throw invalid(path, `has schema ${version}, of a newer release`)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.transaction(() => blank && db.exec(SCHEMA)).immediate()
}

function invalid(path: string, reason: string): AtprotoError {
  return new AtprotoError('ERR_ATPROTO_INDEX_INVALID', `'${path}' ${reason}`)
}
