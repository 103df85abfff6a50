export type { SqliteDatabase, SqliteStatement } from './database.ts'
export type { SqliteDatabaseOptions, SqliteFileOptions, SqliteOptions, Synchronous } from './options.ts'
export { plugin } from './plugin.ts'
export { sqlite } from './sqlite.ts'
