import Database from 'better-sqlite3'
import { count, type Store } from './store.ts'

/** One put a transaction, in a write-ahead log, synchronous FULL: what a resolved put survives is a power cut. */
export function rawSqlite(path: string): Store {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE blocks (key BLOB PRIMARY KEY, data BLOB NOT NULL)')
  const insert = db.prepare('INSERT OR REPLACE INTO blocks VALUES (?, ?)')
  const select = db.prepare<[Uint8Array], { data: Uint8Array }>('SELECT data FROM blocks WHERE key = ?')
  const exists = db.prepare('SELECT 1 FROM blocks WHERE key = ?')
  const remove = db.prepare('DELETE FROM blocks WHERE key = ?')
  const keys = db.prepare('SELECT key FROM blocks')
  return {
    put: async ({ cid, bytes }) => insert.run(cid.multihash.bytes, bytes),
    get: async (cid) => select.get(cid.multihash.bytes)?.data,
    has: async (cid) => exists.get(cid.multihash.bytes) !== undefined,
    delete: async (cid) => remove.run(cid.multihash.bytes),
    list: () => count(keys.iterate()),
    close: async () => db.close(),
  }
}
