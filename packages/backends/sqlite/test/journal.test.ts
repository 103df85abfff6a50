import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backend, createPool, type Debt, type Journal, type JournalHead, memory } from '@blockpool/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
    await expect(sqliteJournal(file).open()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
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

describe('a pool with a durable journal', () => {
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
    expect(second.stats().backends.a.unhealthyReason).toBe('store changed')
    await expect(second.has((await blockOf('on a')).cid)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    await second.close()
  })
})
