import { sqlite } from '@blockpool/sqlite'
import { temporaryFolder } from '../folder.ts'
import type { Topic } from '../race.ts'
import { gatheredSqlite, rawSqlite } from '../stores/better-sqlite3.ts'
import { blockstoreFs } from '../stores/blockstore-fs.ts'
import { keyvSqlite } from '../stores/keyv.ts'
import { blockstoreLevel, classicLevel } from '../stores/level.ts'
import { lmdb } from '../stores/lmdb.ts'
import { ours } from '../stores/store.ts'
import { type Goals, type Stores, someBlocks, verbRaces } from './verbs.ts'

const names = {
  raw: 'better-sqlite3, a put a transaction',
  gathered: 'better-sqlite3, puts gathered by hand',
  keyv: 'keyv + sqlite',
  fs: 'blockstore-fs, unsynced',
  level: 'blockstore-level, unsynced',
  classic: 'classic-level, unsynced',
  lmdb: 'lmdb',
}

export const sqliteTopic: Topic = {
  id: 'sqlite',
  title: 'SQLite, synchronous FULL',
  races: ({ quick }) =>
    verbRaces(
      { id: 'sqlite', title: 'sqlite(), FULL', quick, goals, stores: sqliteStores },
      someBlocks(quick),
    ),
}

function goals(bytes: number, atOnce: number): Goals {
  if (bytes !== 1_024) return {}
  const get = { [names.keyv]: { atLeast: 8 } }
  if (atOnce === 1) return { get }
  const limit = { by: names.gathered, because: 'the disk takes so long to sync a transaction' }
  return { get, put: { [names.raw]: { atLeast: 8, limit }, [names.fs]: { atLeast: 5, limit } } }
}

export async function sqliteStores(): Promise<Stores> {
  const folder = await temporaryFolder()
  return {
    stores: {
      ours: await ours(sqlite(folder.fresh('ours.db'))),
      [names.raw]: rawSqlite(folder.fresh('raw.db')),
      [names.gathered]: gatheredSqlite(folder.fresh('gathered.db')),
      [names.keyv]: keyvSqlite(folder.fresh('keyv.db')),
      [names.fs]: await blockstoreFs(folder.fresh('fs')),
      [names.level]: await blockstoreLevel(folder.fresh('level')),
      [names.classic]: await classicLevel(folder.fresh('classic')),
      [names.lmdb]: lmdb(folder.fresh('lmdb')),
    },
    close: folder.remove,
  }
}
