import { open, rename, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backend, Block } from '@blockpool/core'
import { type SqliteDatabase, sqlite } from '@blockpool/sqlite'
import Database from 'better-sqlite3'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blockOf, blocksOf } from './blocks.ts'
import { temporaryFolder } from './temporary.ts'

let folder = ''
let path = ''
let block: Block
const opened: Backend[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder, 'blocks.db')
  block = await blockOf('a block')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.close?.()))
  await rm(folder, { recursive: true })
})

async function start(options: Parameters<typeof sqlite>[0] = path): Promise<Backend> {
  const backend = sqlite(options)
  opened.push(backend)
  await backend.open?.()
  return backend
}

/** Another connection to the file, for a moment. */
function behindItsBack(sql: string, ...values: unknown[]): void {
  const db = new Database(path)
  db.prepare(sql).run(...values)
  db.close()
}

/** A database that notes which statements run. */
function spied(db: Database.Database): { readonly database: SqliteDatabase; readonly runs: string[] } {
  const runs: string[] = []
  const prepare = (sql: string) => {
    const statement = db.prepare(sql)
    const run = statement.run.bind(statement)
    statement.run = (...values) => {
      runs.push(sql)
      return run(...values)
    }
    return statement
  }
  const database = {
    prepare,
    exec: (sql: string) => db.exec(sql),
    get inTransaction() {
      return db.inTransaction
    },
  }
  return { database, runs }
}

describe('puts and deletes', () => {
  it('of a turn commit in one transaction', async () => {
    const db = new Database(path)
    const { database, runs } = spied(db)
    const backend = await start({ database })
    const blocks = await blocksOf(100)
    runs.length = 0
    await Promise.all(blocks.flatMap((block) => [backend.put(block), backend.delete(block.cid)]))
    expect(runs.filter((sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql))).toEqual(['BEGIN IMMEDIATE', 'COMMIT'])
    db.close()
  })

  it('on one key keep their order in a transaction', async () => {
    const backend = await start()
    const other = await blockOf('another')
    const { cid } = block
    await Promise.all([backend.put(block), backend.delete(cid), backend.put(other), backend.delete(cid)])
    expect(await backend.has(cid)).toBe(false)
    await Promise.all([
      backend.delete(other.cid),
      backend.put(block),
      backend.delete(cid),
      backend.put(block),
    ])
    expect(await backend.has(cid)).toBe(true)
    expect(await backend.usage?.()).toMatchObject({ blocks: 1, bytes: block.bytes.length })
  })

  it('that wait when it closes are committed', async () => {
    const backend = await start()
    const blocks = await blocksOf(1_000)
    const puts = Promise.all(blocks.map((block) => backend.put(block)))
    await backend.close?.()
    await puts
    expect(await (await start()).usage?.()).toMatchObject({ blocks: 1_000 })
  })

  it('wait for another connection that writes, without blocking', async () => {
    const backend = await start()
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    const put = backend.put(block)
    expect(await backend.has(block.cid)).toBe(false)
    setTimeout(() => other.exec('COMMIT'), 20)
    await put
    expect(await backend.has(block.cid)).toBe(true)
    other.close()
  })

  it('are refused as retryable after busyTimeoutMs, and do not land later', async () => {
    const backend = await start({ path, busyTimeoutMs: 20 })
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(backend.put(block)).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    other.close()
    await backend.put(await blockOf('another'))
    expect(await backend.has(block.cid)).toBe(false)
  })

  it('wait for a transaction of the one who gave the database', async () => {
    const database = new Database(path)
    const backend = await start({ database })
    database.exec('BEGIN')
    const put = backend.put(block)
    setTimeout(() => database.exec('ROLLBACK'), 10)
    await put
    expect(await backend.has(block.cid)).toBe(true)
    await backend.close?.()
    expect(database.open).toBe(true)
    database.close()
  })

  it('that do not fit are ERR_FULL, and their neighbours go through', async () => {
    const database = new Database(path)
    const backend = await start({ database })
    await backend.put(block)
    database.pragma('max_page_count = 40')
    const large = await blockOf(new Uint8Array(1_000_000))
    const small = await blockOf('small')
    const results = await Promise.allSettled([
      backend.put(large),
      backend.put(small),
      backend.delete(block.cid),
    ])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(results[0]).toMatchObject({ reason: { code: 'ERR_FULL' } })
    expect(await backend.usage?.()).toMatchObject({ blocks: 1, bytes: small.bytes.length })
    database.close()
  })

  it('of more than maxBlockBytes, or with a digest that is too long, are refused', async () => {
    const backend = await start()
    const bytes = new Uint8Array((backend.traits.maxBlockBytes ?? 0) + 1)
    await expect(backend.put({ cid: block.cid, bytes })).rejects.toMatchObject({
      code: 'ERR_BLOCK_TOO_LARGE',
    })
    const cid = CID.createV1(0x55, Digest.create(0x12, new Uint8Array(129)))
    const expected = { code: 'ERR_INVALID_CID' }
    await expect(backend.put({ cid, bytes: block.bytes })).rejects.toMatchObject(expected)
    await expect(backend.get(cid)).rejects.toMatchObject(expected)
  })
})

describe('a damaged copy', () => {
  const damage = () => behindItsBack('UPDATE blocks SET data = ?', Buffer.from('damaged and longer'))

  it('is returned as it is', async () => {
    const backend = await start()
    await backend.put(block)
    damage()
    expect(String(await backend.get(block.cid))).toBe('damaged and longer')
  })

  it.each(['delete and put', 'put'])('is healed by %s', async (how) => {
    const backend = await start()
    await backend.put(block)
    damage()
    if (how !== 'put') await backend.delete(block.cid)
    await backend.put(block)
    expect(await backend.get(block.cid)).toEqual(Buffer.from(block.bytes))
  })

  it('that a put replaces is counted with its new length', async () => {
    const backend = await start()
    await backend.put(block)
    behindItsBack("UPDATE blocks SET data = x'00'")
    behindItsBack('UPDATE store SET bytes = 1')
    await backend.put(block)
    expect(await backend.usage?.()).toMatchObject({ blocks: 1, bytes: block.bytes.length })
  })
})

describe('usage', () => {
  it('is true after puts again and deletes of what is not there', async () => {
    const backend = await start()
    const blocks = await blocksOf(10)
    for (const block of [...blocks, ...blocks]) await backend.put(block)
    for (const { cid } of [...blocks.slice(4), ...blocks.slice(4)]) await backend.delete(cid)
    const bytes = blocks.slice(0, 4).reduce((sum, block) => sum + block.bytes.length, 0)
    expect(await backend.usage?.()).toMatchObject({ blocks: 4, bytes })
  })

  it('tells the free bytes of the device, but not of memory', async () => {
    expect((await (await start()).usage?.())?.freeBytes).toBeGreaterThan(0)
    expect((await (await start(':memory:')).usage?.())?.freeBytes).toBeUndefined()
  })
})

describe('a file that is taken away while it is open', () => {
  const takings: Readonly<Record<string, () => Promise<unknown>>> = {
    deleted: () => unlink(path),
    emptied: () => truncate(path),
    moved: () => rename(path, join(folder, 'elsewhere.db')),
    replaced: () => rename(path, `${path}.old`).then(() => writeFile(path, 'something else')),
    'gone with its folder': () => rename(folder, `${folder}.gone`),
  }

  it.each(Object.entries(takings))('%s: is ERR_STORE_GONE, and no put is acknowledged', async (_, take) => {
    const backend = await start()
    await backend.put(block)
    await take()
    const expected = { code: 'ERR_STORE_GONE' }
    await expect(backend.identity?.()).rejects.toMatchObject(expected)
    await expect(backend.ping?.()).rejects.toMatchObject(expected)
    await expect(backend.put(await blockOf('another'))).rejects.toMatchObject(expected)
    await expect(backend.delete(block.cid)).rejects.toMatchObject(expected)
    await backend.close?.()
    await rename(`${folder}.gone`, folder).catch(() => {})
  })

  it('is the same store when it comes back', async () => {
    const backend = await start()
    const id = await backend.identity?.()
    await rename(path, `${path}.away`)
    await expect(backend.identity?.()).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
    await rename(`${path}.away`, path)
    expect(await backend.identity?.()).toBe(id)
  })

  it('an identity that is removed is ERR_STORE_GONE', async () => {
    const backend = await start()
    behindItsBack('DELETE FROM store')
    await expect(backend.identity?.()).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
  })
})

describe('a database damaged behind its first pages', () => {
  it('fails what touches the damage, not as retryable and with the cause', async () => {
    const blocks = await Promise.all(
      Array.from({ length: 100 }, (_, i) => blockOf(new Uint8Array(4_000).fill(i))),
    )
    const first = await start()
    await Promise.all(blocks.map((block) => first.put(block)))
    await first.close?.()
    const file = await open(path, 'r+')
    await file.write(new Uint8Array(200_000).fill(0xee), 0, 200_000, 8_192 * 10)
    await file.close()
    const backend = await start()
    const results = await Promise.allSettled(blocks.map((block) => backend.get(block.cid)))
    const failures = results.filter((result) => result.status === 'rejected')
    const expected = {
      code: 'ERR_BACKEND',
      retryable: false,
      cause: { code: expect.stringMatching(/^SQLITE_CORRUPT/) },
    }
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.length).toBeLessThan(100)
    for (const failure of failures) expect(failure.reason).toMatchObject(expected)
  })
})

describe('lifetime and traits', () => {
  it.each([
    ['off', 'process'],
    ['normal', 'process'],
    ['full', 'power'],
    ['extra', 'power'],
  ] as const)(
    'synchronous %s is durability %s, in a log that is written ahead',
    async (synchronous, durability) => {
      const backend = await start({ path, synchronous })
      expect(backend.traits.durability).toBe(durability)
      const other = new Database(path)
      expect(other.pragma('journal_mode', { simple: true })).toBe('wal')
      other.close()
    },
  )

  it('the log grows to 32 MiB before it is moved into the file', async () => {
    const backend = await start()
    const putMiB = async (from: number, to: number) => {
      for (let i = from; i < to; i++) await backend.put(await blockOf(new Uint8Array(1_048_576).fill(i)))
      return (await stat(path)).size / 1_048_576
    }
    expect(await putMiB(0, 28)).toBeLessThan(1)
    expect(await putMiB(28, 40)).toBeGreaterThan(28)
  })

  it('rejects a write for good: none lands late', () => {
    expect(sqlite(':memory:').traits.lateEffects).toBe(false)
  })

  it('the durability of a given database is that of its configuration', async () => {
    const database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    expect((await start({ database })).traits.durability).toBe('process')
    database.close()
  })

  it('a given database that answers with bigint works', async () => {
    const database = new Database(':memory:')
    database.defaultSafeIntegers(true)
    const backend = await start({ database })
    await backend.put(block)
    await backend.put(block)
    expect(await backend.usage?.()).toMatchObject({ blocks: 1, bytes: block.bytes.length })
    database.close()
  })

  it('opening and closing take turns', async () => {
    const backend = sqlite(path)
    const ends = [backend.open?.(), backend.open?.(), backend.close?.(), backend.close?.(), backend.open?.()]
    await Promise.all(ends)
    await backend.put(block)
    await backend.close?.()
  })

  it('bytes that it returns share their buffer with nothing', async () => {
    const backend = await start()
    await backend.put(block)
    const bytes = await backend.get(block.cid)
    expect(bytes?.buffer.byteLength).toBe(block.bytes.length)
  })
})

describe('list', () => {
  it('yields each block once over many pages while others come, go, and are healed', async () => {
    const backend = await start()
    const blocks = await blocksOf(2_500)
    const moving = await blocksOf(50, 'moving')
    await Promise.all([...blocks, ...moving].map((block) => backend.put(block)))
    const seen: string[] = []
    for await (const cid of backend.list()) {
      seen.push(cid.toString())
      if (seen.length % 500 !== 0) continue
      await Promise.all(moving.map(({ cid }) => backend.delete(cid)))
      await Promise.all(moving.map((block) => backend.put(block)))
    }
    expect(seen.length).toBe(new Set(seen).size)
    expect(seen).toEqual(expect.arrayContaining(blocks.map(({ cid }) => cid.toString())))
  })

  it('ends in an error at a key that is no multihash', async () => {
    const backend = await start()
    behindItsBack("INSERT INTO blocks VALUES (x'ff', x'00')")
    const drain = async () => {
      for await (const _ of backend.list());
    }
    await expect(drain()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
  })
})
