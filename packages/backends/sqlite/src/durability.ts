import type { Durability } from '@blockpool/core'
import { fileOf, pragma, type SqliteDatabase } from './database.ts'

/**
 * What a commit survives.
 *
 * In WAL mode FULL syncs the log at each commit. With a rollback journal a commit ends when the journal is removed,
 * which only EXTRA syncs. Without a journal on disk a crash in mid-commit can leave the file damaged.
 * https://sqlite.org/pragma.html#pragma_synchronous
 */
export function durabilityOf(journalMode: string, synchronous: number): Durability {
  if (journalMode === 'off' || journalMode === 'memory') return 'none'
  return synchronous >= (journalMode === 'wal' ? 2 : 3) ? 'power' : 'process'
}

export function measuredDurability(db: SqliteDatabase): Durability {
  if (!fileOf(db)) return 'none'
  return durabilityOf(String(pragma(db, 'journal_mode')), Number(pragma(db, 'synchronous')))
}
