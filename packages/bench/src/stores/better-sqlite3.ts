import type { Block } from '@blockpool/core'
import Database from 'better-sqlite3'
import { count, type Store } from './store.ts'

/** One put a transaction, in a write-ahead log, synchronous FULL: what a resolved put survives is a power cut. */
export function rawSqlite(path: string): Store {
  return storeIn(new Database(path), (insert) => async (block) => void insert(block))
}

/** The puts of a turn of the event loop in one transaction. */
export function gatheredSqlite(path: string): Store {
  const db = new Database(path)
  let waiting: { readonly block: Block; readonly done: () => void }[] = []
  return storeIn(db, (insert) => {
    const commit = db.transaction((blocks: typeof waiting) => {
      for (const { block } of blocks) insert(block)
    })
    const flush = (): void => {
      const batch = waiting
      waiting = []
      commit(batch)
      for (const { done } of batch) done()
    }
    return (block) =>
      new Promise<void>((done) => {
        if (waiting.push({ block, done }) === 1) setImmediate(flush)
      })
  })
}

function storeIn(db: Database.Database, putBy: (insert: (block: Block) => void) => Store['put']): Store {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE blocks (key BLOB PRIMARY KEY, data BLOB NOT NULL)')
  const insert = db.prepare('INSERT OR REPLACE INTO blocks VALUES (?, ?)')
  const select = db.prepare<[Uint8Array], { data: Uint8Array }>('SELECT data FROM blocks WHERE key = ?')
  const exists = db.prepare('SELECT 1 FROM blocks WHERE key = ?')
  const remove = db.prepare('DELETE FROM blocks WHERE key = ?')
  const keys = db.prepare('SELECT key FROM blocks')
  return {
    put: putBy(({ cid, bytes }) => void insert.run(cid.multihash.bytes, bytes)),
    get: async (cid) => select.get(cid.multihash.bytes)?.data,
    has: async (cid) => exists.get(cid.multihash.bytes) !== undefined,
    delete: async (cid) => remove.run(cid.multihash.bytes),
    list: () => count(keys.iterate()),
    close: async () => db.close(),
  }
}
