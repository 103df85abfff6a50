import { type Debt, type Journal, type JournalChange, type JournalHead, PoolError } from '@blockpool/core'
import Database from 'better-sqlite3'
import { inTransaction, pragma, type SqliteDatabase, type SqliteStatement } from './database.ts'
import { invalidStore, isUnusable, toPoolError } from './errors.ts'

/** `application_id` of our journals: the letters BPjl, for Blockpool journal. */
const APPLICATION_ID = 0x42506a6c
const SCHEMA_VERSION = 1

const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT;
  CREATE TABLE debts (multihash BLOB PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/**
 * A journal in one SQLite file, for one pool of one process at a time. What is written survives a power cut
 * (`synchronous = FULL`). Changes that wait together are one transaction.
 */
export function sqliteJournal(path: string): Journal {
  let connection: Connection | undefined
  const connected = (): Connection => {
    if (!connection) throw new PoolError('ERR_CLOSED', `the journal '${path}' is not open`)
    return connection
  }
  return {
    durability: 'power',
    async open() {
      connection ??= attempt(path, () => connect(path))
      const value = connection.readHead.get()
      return value === undefined ? undefined : (JSON.parse(String(value)) as JournalHead)
    },
    async *debts() {
      for (const row of connected().readDebts.all()) yield debtOf(row as DebtRow)
    },
    async write(changes) {
      const { db, apply } = connected()
      attempt(path, () => inTransaction(db, () => changes.forEach(apply)))
    },
    async close() {
      connection?.close()
      connection = undefined
    },
  }
}

interface DebtRow {
  readonly multihash: Uint8Array
  readonly value: string
}

interface Connection {
  readonly db: SqliteDatabase
  readonly readHead: SqliteStatement
  readonly readDebts: SqliteStatement
  apply(change: JournalChange): void
  close(): void
}

function connect(path: string): Connection {
  const db = new Database(path, { timeout: 0 })
  try {
    prepare(db, path)
    return { db, ...statements(db), close: () => db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: SqliteDatabase, path: string): void {
  // Held until the journal is closed: another pool that opens it is told, instead of both writing.
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  const application = Number(pragma(db, 'application_id'))
  const version = Number(pragma(db, 'user_version'))
  const blank = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
  if (application !== APPLICATION_ID && !(blank && application === 0))
    throw invalidStore(path, 'is no journal of ours')
  if (version > SCHEMA_VERSION) throw invalidStore(path, `has schema ${version}, of a newer release`)
  pragma(db, 'journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  inTransaction(db, () => {
    if (blank) db.exec(SCHEMA)
  })
}

function statements(db: SqliteDatabase): Omit<Connection, 'db' | 'close'> {
  const writeHead = db.prepare(
    'INSERT INTO head VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const owe = db.prepare('INSERT INTO debts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const pay = db.prepare('DELETE FROM debts WHERE multihash = ?')
  return {
    readHead: db.prepare('SELECT value FROM head').pluck(),
    readDebts: db.prepare('SELECT multihash, value FROM debts'),
    apply(change) {
      if (change.type === 'head') writeHead.run(JSON.stringify(change.head))
      else if (change.type === 'paid') pay.run(change.multihash)
      else {
        const { multihash, ...rest } = change.debt
        owe.run(multihash, JSON.stringify(rest))
      }
    },
  }
}

function debtOf({ multihash, value }: DebtRow): Debt {
  return { multihash: Uint8Array.from(multihash), ...(JSON.parse(value) as Omit<Debt, 'multihash'>) }
}

function damaged(path: string, cause: unknown): PoolError {
  const wayOut = 'bring a whole one back, or move it away and open with acceptJournalLoss: true'
  return new PoolError('ERR_JOURNAL_LOST', `the journal '${path}' is damaged, or no database: ${wayOut}`, {
    cause,
  })
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isUnusable(error) ? damaged(path, error) : toPoolError(error, path)
  }
}
