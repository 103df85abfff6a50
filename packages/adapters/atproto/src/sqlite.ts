import Database from 'better-sqlite3'
import { AtprotoError, isAtprotoError } from './errors.ts'
import type { IndexChange, RepoIndex } from './repo-index.ts'
import { openIndex } from './sqlite-schema.ts'
import { type IndexTables, indexTables } from './sqlite-tables.ts'

interface Waiting {
  readonly changes: readonly IndexChange[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Session {
  readonly db: Database.Database
  readonly tables: IndexTables
}

/**
 * An index in one SQLite file, made when it is missing, for one process at a time. What is written survives a power cut.
 * The writes of a turn of the event loop are one transaction.
 *
 * `open` rejects with `ERR_ATPROTO_INDEX_INVALID` for a file that is no index of this release, and leaves it as it is, and with
 * `ERR_ATPROTO_INDEX` when another process has it.
 */
export function sqliteIndex(path: string): RepoIndex {
  let session: Session | undefined
  let waiting: Waiting[] = []
  const read = async <T>(look: (tables: IndexTables) => T): Promise<T> => attempt(path, () => look(tables()))
  const tables = (): IndexTables => {
    if (!session) throw new AtprotoError('ERR_ATPROTO_INDEX', `the index '${path}' is not open`)
    return session.tables
  }
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length > 0) commit(batch)
  }
  /** A write that fails alone fails no other. */
  const commit = (batch: readonly Waiting[]): void => {
    try {
      attempt(path, () => tables().write(batch.flatMap(({ changes }) => changes)))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      if (batch.length > 1) for (const write of batch) commit([write])
      else for (const { reject } of batch) reject(error)
    }
  }
  return {
    async open() {
      session ??= attempt(path, () => {
        const db = openIndex(path)
        return { db, tables: indexTables(db) }
      })
    },
    async close() {
      flush()
      session?.db.close()
      session = undefined
    },
    root: (did) => read((t) => t.root(did)),
    uses: (did, keys) => read((t) => t.uses(did, keys)),
    needed: (keys) => read((t) => t.needed(keys)),
    unneeded: (after, limit) => read((t) => t.unneeded(after, limit)),
    blob: (did, name) => read((t) => t.blob(did, name)),
    temporary: (before) => read((t) => t.temporary(before)),
    write(changes) {
      if (changes.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ changes, resolve, reject })
      })
    },
  }
}

/** SQLite's codes for a file that is no database, or no longer one. https://sqlite.org/rescode.html */
const UNUSABLE = /^SQLITE_(NOTADB|CORRUPT|ERROR)/

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (isAtprotoError(cause)) throw cause
    const code = cause instanceof Database.SqliteError ? cause.code : ''
    if (UNUSABLE.test(code)) {
      throw new AtprotoError('ERR_ATPROTO_INDEX_INVALID', `'${path}' is no index, or damaged`, { cause })
    }
    throw new AtprotoError('ERR_ATPROTO_INDEX', `the index '${path}' failed (${code || 'unknown'})`, {
      cause,
    })
  }
}
