import { type SqliteDatabase, type SqliteStatement, sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { blockOf } from './blocks.ts'

test('SQLite gets the bytes of a put and gives those of a get: none is copied between', async () => {
  const bound: unknown[] = []
  const given: unknown[] = []
  const database = new Database(':memory:')
  const watched: SqliteDatabase = {
    get inTransaction() {
      return database.inTransaction
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => watch(database.prepare(sql) as SqliteStatement),
  }
  function watch(statement: SqliteStatement): SqliteStatement {
    return {
      run(...values) {
        bound.push(...values)
        return statement.run(...values)
      },
      get(...values) {
        const row = statement.get(...values)
        given.push(row)
        return row
      },
      all: (...values) => statement.all(...values),
      pluck: () => watch(statement.pluck()),
    }
  }
  const store = sqlite({ database: watched })
  await store.open?.()
  const { cid, bytes } = await blockOf('not copied')
  await store.put({ cid, bytes })
  const found = await store.get(cid)
  await store.close?.()
  database.close()
  expect(Buffer.compare(found ?? Buffer.of(), bytes)).toBe(0)
  expect(bound.filter((value) => memoryOf(value) === bytes.buffer)).toHaveLength(1)
  expect(given.filter((value) => memoryOf(value) === found?.buffer)).toHaveLength(1)
})

function memoryOf(value: unknown): ArrayBufferLike | undefined {
  return value instanceof Uint8Array ? value.buffer : undefined
}
