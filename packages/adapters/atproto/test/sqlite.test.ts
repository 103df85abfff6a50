import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyOfMultihash } from '../src/keys.ts'
import { sqliteIndex } from '../src/sqlite.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockpool-index-'))
  path = join(folder, 'index.db')
})
afterEach(() => rm(folder, { recursive: true }))

const key = keyOfMultihash(Uint8Array.of(0x12, 1, 255))

test('what was written is there when it is opened again', async () => {
  const index = sqliteIndex(path)
  await index.open?.()
  const written = index.write([
    { type: 'root', did: 'a', root: { cid: Uint8Array.of(7), rev: '3a' } },
    { type: 'use', did: 'a', key, by: { tree: 1, records: 0, blobs: 0 } },
  ])
  // Closing does not leave a write behind that was asked for.
  await index.close?.()
  await written
  const again = sqliteIndex(path)
  await again.open?.()
  expect((await again.root('a'))?.rev).toBe('3a')
  expect(await again.needed([key])).toEqual([true])
  await again.close?.()
})

test('belongs to one at a time', async () => {
  const index = sqliteIndex(path)
  await index.open?.()
  await expect(sqliteIndex(path).open?.()).rejects.toMatchObject({ code: 'ERR_ATPROTO_INDEX' })
  await index.close?.()
  const next = sqliteIndex(path)
  await next.open?.()
  await next.close?.()
})

test('is closed before it is opened and afterwards', async () => {
  const index = sqliteIndex(path)
  const refused = { code: 'ERR_ATPROTO_INDEX' }
  await expect(index.root('a')).rejects.toMatchObject(refused)
  await index.open?.()
  await index.close?.()
  await expect(index.write([{ type: 'claim', keys: [key] }])).rejects.toMatchObject(refused)
})

test.each([
  [
    'no database',
    (file: string) => writeFile(file, 'a letter to somebody, longer than one hundred bytes '.repeat(4)),
  ],
  ['the database of something else', (file: string) => execute(file, 'CREATE TABLE letters (text TEXT)')],
  [
    'of a newer release',
    (file: string) => execute(file, `PRAGMA application_id = ${0x42506174}; PRAGMA user_version = 99`),
  ],
])('a file that is %s is refused and stays as it is', async (_, make) => {
  await make(path)
  const before = await readFile(path)
  await expect(sqliteIndex(path).open?.()).rejects.toMatchObject({ code: 'ERR_ATPROTO_INDEX_INVALID' })
  expect(await readFile(path)).toEqual(before)
})

async function execute(file: string, sql: string): Promise<void> {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}
