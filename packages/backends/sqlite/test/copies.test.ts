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

test('no call makes the signal that says whether it was given up', async () => {
  const database = new Database(':memory:')
  const store = sqlite({ database })
  await store.open?.()
  let made = 0
  const options = {
    aborted: false,
    get signal() {
      made++
      return undefined
    },
  }
  const one = await blockOf('no signal')
  await store.put(one, options)
  await store.get(one.cid, options)
  await store.has(one.cid, options)
  await store.delete(one.cid, options)
  await store.close?.()
  database.close()
  expect(made).toBe(0)
})

function memoryOf(value: unknown): ArrayBufferLike | undefined {
  return value instanceof Uint8Array ? value.buffer : undefined
}
