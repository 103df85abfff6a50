import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Backend,
  createPool,
  type Debt,
  type Journal,
  type JournalHead,
  memory,
  type PoolEvent,
  type PoolOptions,
} from '@blockpool/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sqliteJournal } from '../src/journal.ts'
import { sqlite } from '../src/sqlite.ts'
import { blockOf } from './blocks.ts'
import { temporaryFolder } from './temporary.ts'

let folder = ''
let files = 0
const path = (): string => join(folder, `${files++}.db`)
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const head: JournalHead = { id: 'j', generation: 3, clean: true, leastCopies: 2, stores: { a: 'store of a' } }
const debt = (n: number): Debt => ({
  multihash: Uint8Array.of(0x12, 0x02, n, n),
  deleteFrom: ['a', 'b'],
  copies: false,
  corruptIn: [],
})

async function debtsOf(journal: Journal): Promise<Debt[]> {
  const found: Debt[] = []
  for await (const one of journal.debts()) found.push(one)
  return found
}

describe('sqliteJournal', () => {
  test('a new one has no head and no debts', async () => {
    const journal = sqliteJournal(path())
    expect(await journal.open()).toBeUndefined()
    expect(await debtsOf(journal)).toEqual([])
    await journal.close()
  })

  test('keeps the head and the debts that are not paid', async () => {
    const file = path()
    const first = sqliteJournal(file)
    await first.open()
    await first.write([
      { type: 'owed', debt: debt(1) },
      { type: 'owed', debt: debt(2) },
    ])
    await first.write([
      { type: 'paid', multihash: debt(1).multihash },
      { type: 'owed', debt: { ...debt(2), deleteFrom: ['b'] } },
      { type: 'head', head },
    ])
    await first.close()
    const second = sqliteJournal(file)
    expect(await second.open()).toEqual(head)
    expect(await debtsOf(second)).toEqual([{ ...debt(2), deleteFrom: ['b'] }])
    await second.close()
  })

  test('belongs to one pool at a time', async () => {
    const file = path()
    const first = sqliteJournal(file)
    await first.open()
    await first.write([{ type: 'head', head }])
    await expect(sqliteJournal(file).open()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    await first.close()
  })

  test('leaves a file that is something else as it is', async () => {
    const file = path()
    writeFileSync(file, 'not a database, but long enough to be taken for the beginning of one'.repeat(40))
    const before = await readFile(file)
    await expect(sqliteJournal(file).open()).rejects.toMatchObject({ code: 'ERR_JOURNAL_LOST' })
    expect(await readFile(file)).toEqual(before)
    const blocks = path()
    const store = sqlite(blocks)
    await store.open?.()
    await store.close?.()
    await expect(sqliteJournal(blocks).open()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
  })

  test('refuses writes when it is not open', async () => {
    await expect(sqliteJournal(path()).write([])).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })
})

/** A backend whose deletes fail while it is told so. */
function stubborn(inner: Backend): Backend & { refuses: boolean } {
  return {
    refuses: false,
    type: inner.type,
    get traits() {
      return inner.traits
    },
    open: () => inner.open?.() as Promise<void>,
    close: () => inner.close?.() as Promise<void>,
    identity: () => inner.identity?.() as Promise<string>,
    get: inner.get.bind(inner),
    put: inner.put.bind(inner),
    has: inner.has.bind(inner),
    list: inner.list.bind(inner),
    delete(cid, options) {
      return this.refuses ? Promise.reject(new Error('no')) : inner.delete(cid, options)
    },
  }
}

describe('a pool with a durable journal', () => {
  test('finishes a delete after a restart, and hides the block until then', async () => {
    const files = { a: path(), b: path(), journal: path() }
    const one = await blockOf('deleted')
    const b = stubborn(sqlite(files.b))
    const open = () =>
      createPool({
        copies: 2,
        writeQuorum: 'all',
        repairsPerSecond: 1_000,
        journal: sqliteJournal(files.journal),
        backends: { a: { backend: sqlite(files.a) }, b: { backend: b } },
      })
    const first = await open()
    await first.put(one)
    b.refuses = true
    await first.delete(one.cid)
    await first.close()

    const second = await open()
    expect(await second.get(one.cid)).toBeUndefined()
    expect((await second.locate(one.cid)).find(({ backend }) => backend === 'b')?.state).toBe('present')
    await second.close()

    b.refuses = false
    const third = await open()
    await third.settled()
    expect((await third.locate(one.cid)).map(({ state }) => state)).toEqual(['missing', 'missing'])
    await third.close()
  })

  test('knows after a clean close how few copies a block has: one dead backend leaves an absence certain', async () => {
    const files = { a: path(), b: path(), c: path(), journal: path() }
    const open = () =>
      createPool({
        copies: 3,
        journal: sqliteJournal(files.journal),
        backends: {
          a: { backend: sqlite(files.a) },
          b: { backend: sqlite(files.b) },
          c: { backend: sqlite(files.c) },
        },
      })
    const first = await open()
    await first.put(await blockOf('here'))
    await first.close()
    const second = await open()
    second.setHealth('b', false)
    expect(await second.has((await blockOf('absent')).cid)).toBe(false)
    second.setHealth('c', false)
    await expect(second.has((await blockOf('absent')).cid)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    await second.close()
  })

  test('knows after an unclean stop of one copy only', async () => {
    const files = { a: path(), b: path(), journal: path() }
    const journal = sqliteJournal(files.journal)
    // As if the process had died before it could say that it was closed.
    let dies = false
    const uncleanly: Journal = {
      ...journal,
      write: (changes) => (dies ? Promise.reject(new Error('it has died')) : journal.write(changes)),
    }
    const open = () =>
      createPool({
        copies: 2,
        writeQuorum: 'all',
        journal: uncleanly,
        backends: { a: { backend: sqlite(files.a) }, b: { backend: sqlite(files.b) } },
      })
    const first = await open()
    expect(first.stats().leastCopies).toBe(2)
    dies = true
    await expect(first.close()).rejects.toThrow()
    dies = false
    const second = await open()
    expect(second.stats().leastCopies).toBe(1)
    await second.close()
  })

  test('notices after a restart that a store is another', async () => {
    const files = { a: path(), b: path(), journal: path() }
    const open = () =>
      createPool({
        journal: sqliteJournal(files.journal),
        backends: {
          a: { backend: sqlite(files.a) },
          b: { backend: sqlite(files.b) },
          m: { backend: memory() },
        },
      })
    const first = await open()
    await first.put(await blockOf('on a'))
    await first.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${files.a}${suffix}`, { force: true })
    const second = await open()
    expect(second.stats().backends.a.unhealthyReason).toBe('not open')
    // As on a mount point without its disk, no new store is made.
    expect(existsSync(files.a)).toBe(false)
    await expect(second.has((await blockOf('on a')).cid)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    await second.close()
  })
})

describe('a journal that is not the newest', () => {
  interface Files {
    readonly a: string
    readonly b: string
    readonly journal: string
  }
  const newFiles = (): Files => ({ a: path(), b: path(), journal: path() })
  const open = (files: Files, options: Partial<PoolOptions> = {}) =>
    createPool({
      copies: 2,
      journal: sqliteJournal(files.journal),
      backends: { a: { backend: sqlite(files.a) }, b: { backend: sqlite(files.b) } },
      ...options,
    })
  const move = (from: string, to: string): void => {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(`${to}${suffix}`, { force: true })
      if (existsSync(`${from}${suffix}`)) copyFileSync(`${from}${suffix}`, `${to}${suffix}`)
    }
  }
  const lost = { code: 'ERR_JOURNAL_LOST', message: expect.stringContaining('acceptJournalLoss') }

  test('is refused when it is an older copy, unless the loss is accepted', async () => {
    const files = newFiles()
    const older = path()
    const one = await blockOf('put, deleted, put again')
    const first = await open(files)
    await first.put(one)
    await first.close()
    move(files.journal, older)
    await (await open(files)).close()
    move(older, files.journal)
    await expect(open(files)).rejects.toMatchObject(lost)
    const pool = await open(files, { acceptJournalLoss: true })
    expect(Buffer.from((await pool.get(one.cid)) ?? [])).toEqual(Buffer.from(one.bytes))
    // F is 1: one backend that does not answer may have the only copy.
    pool.setHealth('b', false)
    await expect(pool.has((await blockOf('absent')).cid)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    await pool.close()
    await (await open(files)).close()
  })

  test('is told from a copy that was taken while the pool was open, once a health check has been', async () => {
    const files = newFiles()
    const copy = newFiles()
    const one = await blockOf('deleted, and put again')
    const b = stubborn(sqlite(files.b))
    const backends = { a: { backend: sqlite(files.a) }, b: { backend: b } }
    const pool = await open(files, { backends, writeQuorum: 1, healthIntervalMs: 20, repairsPerSecond: 1 })
    b.refuses = true
    await pool.delete(one.cid)
    // The tombstone stands, because a backend has not confirmed.
    move(files.journal, copy.journal)
    const older = sqliteJournal(copy.journal)
    const { generation = 0 } = (await older.open()) ?? {}
    await older.close()
    await pool.put(one)
    await vi.waitFor(async () => expect(await generationIn(files.a)).toBeGreaterThan(generation))
    // As after a kill: the files as they are now, and the older journal.
    move(files.a, copy.a)
    move(files.b, copy.b)
    await pool.close()
    await expect(open(copy)).rejects.toMatchObject(lost)
    const again = await open(copy, { acceptJournalLoss: true })
    await again.settled()
    expect(Buffer.from((await again.get(one.cid)) ?? [])).toEqual(Buffer.from(one.bytes))
    await again.close()
  })

  test('is refused when it is missing, damaged, or of another pool', async () => {
    const files = newFiles()
    const other = newFiles()
    for (const each of [files, other]) await (await open(each)).close()
    await expect(open({ ...files, journal: other.journal })).rejects.toMatchObject(lost)
    await expect(open({ ...files, journal: path() })).rejects.toMatchObject(lost)
    const broken = path()
    writeFileSync(broken, 'no journal any more'.repeat(400))
    await expect(open({ ...files, journal: broken })).rejects.toMatchObject(lost)
    // Nothing was changed: the right one still fits.
    await (await open(files)).close()
    await (await open({ ...files, journal: path() }, { acceptJournalLoss: true })).close()
  })

  test('does not concern a store that was removed from its pool', async () => {
    const files = newFiles()
    const pool = await open(files, { copies: 1 })
    await pool.remove('b')
    await pool.close()
    const b = { b: { backend: sqlite(files.b) } }
    await (await open(files, { backends: b, journal: sqliteJournal(path()) })).close()
  })

  test('is refused by a backend that could not be opened with the pool', async () => {
    const files = newFiles()
    const older = path()
    await (await open(files)).close()
    move(files.journal, older)
    await (await open(files)).close()
    move(older, files.journal)
    const b = away(sqlite(files.b))
    const events: PoolEvent[] = []
    const pool = await open(files, {
      backends: { m: { backend: memory() }, b: { backend: b } },
      healthIntervalMs: 20,
      onEvent: (event) => events.push(event),
    })
    b.isAway = false
    await vi.waitFor(() =>
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'unhealthy', backend: 'b', error: expect.objectContaining(lost) }),
      ),
    )
    expect(pool.stats().backends.b?.unhealthyReason).toBe('not open')
    await pool.close()
  })
})

/** The state of the journal that the pool has noted in the store, read by another connection. */
async function generationIn(file: string): Promise<number> {
  const store = sqlite(file)
  await store.open?.()
  try {
    return JSON.parse((await store.readNote?.()) ?? '').generation
  } finally {
    await store.close?.()
  }
}

/** A backend that cannot be opened while it is away. */
function away(inner: Backend): Backend & { isAway: boolean } {
  const opened = inner.open?.bind(inner)
  return Object.assign(inner, {
    isAway: true,
    async open(this: { readonly isAway: boolean }) {
      if (this.isAway) throw new Error('away')
      await opened?.()
    },
  })
}
