import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blocksOf } from './blocks.ts'
import { temporaryFolder } from './temporary.ts'

let folder = ''
let path = ''

beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder, 'some.db')
})

afterEach(() => rm(folder, { recursive: true }))

async function makeStore(): Promise<void> {
  const backend = sqlite(path)
  await backend.open?.()
  await Promise.all((await blocksOf(500)).map((block) => backend.put(block)))
  await backend.close?.()
}

/** Runs SQL, and leaves the files as a crash before the log was written back would. */
async function crashAfter(sql: string): Promise<void> {
  const db = new Database(path)
  db.exec(sql)
  for (const end of ['', '-wal', '-shm']) await copyFile(path + end, join(folder, `copy${end}`))
  db.close()
  for (const end of ['', '-wal', '-shm']) await copyFile(join(folder, `copy${end}`), path + end)
  for (const end of ['', '-wal', '-shm']) await rm(join(folder, `copy${end}`))
}

function run(sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

/** Names and bytes of all files, but for the shared memory, which says nothing about the data. */
async function snapshot(): Promise<Array<readonly [string, string]>> {
  const files = await readdir(folder, { withFileTypes: true })
  const bytes = (name: string) => readFile(join(folder, name), 'latin1')
  return Promise.all(
    files.map(async (file) => {
      const comparable = file.isFile() && !file.name.endsWith('-shm')
      return [file.name, comparable ? await bytes(file.name) : ''] as const
    }),
  )
}

const othersTables = 'CREATE TABLE users (name TEXT); INSERT INTO users VALUES (1), (2);'

const strangers: Readonly<Record<string, () => unknown>> = {
  'a text': () => writeFile(path, 'Dear diary,\n'.repeat(1_000)),
  'a short text': () => writeFile(path, 'SQLite format 3'),
  'a folder': () => mkdir(path),
  "another application's database": () => run(othersTables),
  "another application's database with a log": () => run(`PRAGMA journal_mode = WAL; ${othersTables}`),
  "another application's database that crashed": () =>
    crashAfter(`PRAGMA journal_mode = WAL; ${othersTables}`),
  'a database with an application id': () => run('PRAGMA application_id = 7; PRAGMA user_version = 1;'),
  'a database with our application id and no tables': () => run('PRAGMA application_id = 0x4250626c;'),
  'a store of a newer schema': async () => {
    await makeStore()
    run('PRAGMA user_version = 2')
  },
  'a store of a newer schema that crashed': async () => {
    await makeStore()
    await crashAfter('PRAGMA user_version = 2')
  },
  'a store without its identity': async () => {
    await makeStore()
    run('DELETE FROM store')
  },
  'a truncated store': async () => {
    await makeStore()
    await truncate(path, 20_000)
  },
  'a store whose first page is damaged': async () => {
    await makeStore()
    const bytes = await readFile(path)
    await writeFile(path, bytes.fill(0xee, 100, 8_000))
  },
}

describe('opening what is not a store', () => {
  it.each(Object.entries(strangers))('%s is ERR_STORE_INVALID and left byte for byte', async (_, make) => {
    await make()
    const before = await snapshot()
    const backend = sqlite(path)
    await expect(backend.open?.()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID', retryable: false })
    expect(await snapshot()).toEqual(before)
    await expect(backend.has((await blocksOf(1))[0]?.cid as never)).rejects.toMatchObject({
      code: 'ERR_CLOSED',
    })
  })

  it('the same holds for a given database', async () => {
    run(othersTables)
    const before = await snapshot()
    const database = new Database(path)
    await expect(sqlite({ database }).open?.()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
    database.close()
    expect(await snapshot()).toEqual(before)
  })
})

describe('opening', () => {
  it.each(['', 'PRAGMA journal_mode = WAL', 'VACUUM'])(
    'makes a store of a database with nothing in it (%j)',
    async (sql) => {
      run(sql)
      const backend = sqlite(path)
      await backend.open?.()
      expect(await backend.usage?.()).toMatchObject({ blocks: 0, bytes: 0 })
      await backend.close?.()
    },
  )

  it('finds what a crash left in the log', async () => {
    await makeStore()
    await crashAfter("PRAGMA wal_autocheckpoint = 0; UPDATE store SET id = 'from the log'")
    const backend = sqlite(path)
    await backend.open?.()
    expect(await backend.identity?.()).toBe('from the log')
    await backend.close?.()
  })

  it('fails as retryable when the folder is not there, and makes none', async () => {
    const backend = sqlite(join(folder, 'missing', 'some.db'))
    await expect(backend.open?.()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves one file after close', async () => {
    await makeStore()
    expect(await readdir(folder)).toEqual(['some.db'])
  })

  it('by two at once makes one store', async () => {
    const backends = [sqlite(path), sqlite(path)]
    await Promise.all(backends.map((backend) => backend.open?.()))
    const [first, second] = await Promise.all(backends.map((backend) => backend.identity?.()))
    expect(first).toBe(second)
    await Promise.all(backends.map((backend) => backend.close?.()))
  })

  it('waits for another process that holds the database, without blocking', async () => {
    await makeStore()
    const other = new Database(path)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    setTimeout(() => other.close(), 40)
    const backend = sqlite(path)
    await backend.open?.()
    await backend.close?.()
  })

  it('gives up after busyTimeoutMs, and when it is aborted', async () => {
    await makeStore()
    const other = new Database(path)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const impatient = sqlite({ path, busyTimeoutMs: 20 })
    await expect(impatient.open?.()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    const controller = new AbortController()
    setTimeout(() => controller.abort('no longer'), 5)
    await expect(sqlite(path).open?.({ signal: controller.signal })).rejects.toBe('no longer')
    other.close()
  })
})
