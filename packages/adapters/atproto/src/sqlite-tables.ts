import type { Database, Statement } from 'better-sqlite3'
import { AtprotoError } from './errors.ts'
import { type BlockKey, keyOfMultihash, multihashOf } from './keys.ts'
import type { BlobEntry, BlobName, BlobState, IndexChange, RepoRoot, Uses } from './repo-index.ts'

/** Temporary blobs that are told at once. */
const PAGE = 1_000
const NONE: Uses = { tree: 0, records: 0, blobs: 0 }

/** The verbs of an index over its tables. All of it is synchronous. */
export interface IndexTables {
  root(did: string): RepoRoot | undefined
  uses(did: string, keys: readonly BlockKey[]): Uses[]
  needed(keys: readonly BlockKey[]): boolean[]
  unneeded(after: BlockKey | undefined, limit: number): BlockKey[]
  blob(did: string, name: string): BlobEntry | undefined
  temporary(before: number): BlobName[]
  /** In one transaction. */
  write(changes: readonly IndexChange[]): void
}

interface BlobRow {
  readonly state: BlobState
  readonly hash: Uint8Array
  readonly parts: string
  readonly size: number
  readonly since: number
}

export function indexTables(db: Database): IndexTables {
  const root = db.prepare('SELECT root AS cid, rev FROM accounts WHERE did = ? AND root IS NOT NULL')
  const uses = db.prepare(
    `SELECT tree, records, blobs FROM uses WHERE account = (SELECT id FROM accounts WHERE did = ?)
     AND block = (SELECT id FROM blocks WHERE key = ?)`,
  )
  const needed = db.prepare('SELECT 1 FROM blocks WHERE key = ? AND holders > 0')
  const unneeded = db
    .prepare('SELECT key FROM blocks WHERE holders = 0 AND key > ? ORDER BY key LIMIT ?')
    .pluck()
  const blob = db.prepare(
    `SELECT state, hash, parts, size, since FROM blobs
     WHERE account = (SELECT id FROM accounts WHERE did = ?) AND name = ?`,
  )
  const temporary = db.prepare(
    `SELECT did, name FROM blobs JOIN accounts ON accounts.id = account
     WHERE state = 'temporary' AND since < ? ORDER BY since LIMIT ${PAGE}`,
  )
  const apply = changesOf(db)
  const write = db.transaction((changes: readonly IndexChange[]) => changes.forEach(apply))
  return {
    root: (did) => root.get(did) as RepoRoot | undefined,
    uses: (did, keys) => keys.map((key) => (uses.get(did, multihashOf(key)) as Uses | undefined) ?? NONE),
    needed: (keys) => keys.map((key) => needed.get(multihashOf(key)) !== undefined),
    unneeded: (after, limit) =>
      (unneeded.all(multihashOf(after ?? ''), limit) as Uint8Array[]).map(keyOfMultihash),
    blob(did, name) {
      const row = blob.get(did, name) as BlobRow | undefined
      return row && { ...row, hash: keyOfMultihash(row.hash), parts: partsOf(row.parts) }
    },
    temporary: (before) => temporary.all(before) as BlobName[],
    write: (changes) => void write.immediate(changes),
  }
}

function changesOf(db: Database): (change: IndexChange) => void {
  const claim = db.prepare('INSERT INTO blocks (key, holders) VALUES (?, 0) ON CONFLICT DO NOTHING')
  const forget = db.prepare('DELETE FROM blocks WHERE key = ? AND holders = 0')
  const use = useOf(db)
  const account = accountOf(db)
  const setRoot = db.prepare('UPDATE accounts SET root = ?, rev = ? WHERE id = ?')
  const setBlob = db.prepare('INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?)')
  const dropBlob = db.prepare('DELETE FROM blobs WHERE account = ? AND name = ?')
  const leave = leaveOf(db)
  return (change) => {
    switch (change.type) {
      case 'claim':
        for (const key of change.keys) claim.run(multihashOf(key))
        return
      case 'forget':
        for (const key of change.keys) forget.run(multihashOf(key))
        return
      case 'use':
        claim.run(multihashOf(change.key))
        return use(account(change.did), multihashOf(change.key), change.by)
      case 'root':
        setRoot.run(change.root.cid, change.root.rev, account(change.did))
        return
      case 'blob': {
        const id = account(change.did)
        if (!change.entry) dropBlob.run(id, change.name)
        else {
          const { state, hash, parts, size, since } = change.entry
          setBlob.run(id, change.name, state, multihashOf(hash), textOf(parts), size, since)
        }
        return
      }
      case 'leave':
        leave(account(change.did))
    }
  }
}

function accountOf(db: Database): (did: string) => number {
  const add = db.prepare('INSERT INTO accounts (did) VALUES (?) ON CONFLICT DO NOTHING')
  const find = db.prepare('SELECT id FROM accounts WHERE did = ?').pluck()
  return (did) => {
    const found = find.get(did)
    if (found !== undefined) return found as number
    add.run(did)
    return find.get(did) as number
  }
}

function useOf(db: Database): (account: number, key: Uint8Array, by: Uses) => void {
  const find = db.prepare('SELECT id FROM blocks WHERE key = ?').pluck()
  const read = db.prepare('SELECT tree, records, blobs FROM uses WHERE account = ? AND block = ?')
  const set = db.prepare('INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?)')
  const drop = db.prepare('DELETE FROM uses WHERE account = ? AND block = ?')
  const hold: Statement = db.prepare('UPDATE blocks SET holders = holders + ? WHERE id = ?')
  return (account, key, by) => {
    const block = find.get(key) as number
    const before = read.get(account, block) as Uses | undefined
    const { tree, records, blobs } = before ?? NONE
    const after = [tree + by.tree, records + by.records, blobs + by.blobs] as const
    if (after.some((count) => count < 0))
      throw new AtprotoError('ERR_ATPROTO_INDEX', 'a use that is not there ends')
    const used = after.some((count) => count > 0)
    if (used) set.run(account, block, ...after)
    else drop.run(account, block)
    const change = Number(used) - Number(before !== undefined)
    if (change !== 0) hold.run(change, block)
  }
}

function leaveOf(db: Database): (account: number) => void {
  const steps = [
    'UPDATE blocks SET holders = holders - 1 WHERE id IN (SELECT block FROM uses WHERE account = ?)',
    'DELETE FROM uses WHERE account = ?',
    'DELETE FROM blobs WHERE account = ?',
    'DELETE FROM accounts WHERE id = ?',
  ].map((sql) => db.prepare(sql))
  return (account) => {
    for (const step of steps) step.run(account)
  }
}

function textOf(parts: readonly BlockKey[]): string {
  return JSON.stringify(parts.map((key) => Buffer.from(key, 'latin1').toString('base64')))
}

function partsOf(text: string): BlockKey[] {
  return (JSON.parse(text) as string[]).map((part) => Buffer.from(part, 'base64').toString('latin1'))
}
