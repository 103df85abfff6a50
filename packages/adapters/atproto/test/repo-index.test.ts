import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type BlobEntry, memoryIndex, type RepoIndex, type Uses } from '../src/index.ts'
import { type BlockKey, keyOfMultihash } from '../src/keys.ts'
import { sqliteIndex } from '../src/sqlite.ts'

const folder = await mkdtemp(join(tmpdir(), 'blockpool-index-'))
afterAll(() => rm(folder, { recursive: true }))

let files = 0
const kinds: [string, () => RepoIndex][] = [
  ['in memory', memoryIndex],
  ['in SQLite', () => sqliteIndex(join(folder, `${++files}.db`))],
]

/** Sorts by `n`; bytes from 128 up tell latin1 from UTF-8. */
const key = (n: number): BlockKey => keyOfMultihash(Uint8Array.of(0x12, 3, n, 200, 255))
const use = (did: string, block: BlockKey, by: Partial<Uses>) =>
  ({ type: 'use', did, key: block, by: { tree: 0, records: 0, blobs: 0, ...by } }) as const
const blob = (state: BlobEntry['state'], since: number): BlobEntry => ({
  state,
  hash: key(9),
  parts: [key(2), key(1), key(2)],
  size: 12,
  since,
})

describe.each(kinds)('an index %s', (_, make) => {
  let index: RepoIndex
  beforeEach(async () => {
    index = make()
    await index.open?.()
    return () => index.close?.()
  })

  test('has the root that was written last, for each account', async () => {
    expect(await index.root('a')).toBeUndefined()
    const root = { cid: Uint8Array.of(1, 2, 3), rev: '3a' }
    await index.write([{ type: 'root', did: 'a', root: { cid: Uint8Array.of(9), rev: '2a' } }])
    await index.write([{ type: 'root', did: 'a', root }])
    const found = await index.root('a')
    expect([...(found?.cid ?? [])]).toEqual([1, 2, 3])
    expect(found?.rev).toBe('3a')
    expect(await index.root('b')).toBeUndefined()
  })

  test('adds up uses by account and kind, in the order of the keys', async () => {
    await index.write([
      use('a', key(1), { tree: 2 }),
      use('a', key(1), { tree: -1, records: 3 }),
      use('b', key(2), { blobs: 1 }),
    ])
    expect(await index.uses('a', [key(2), key(1)])).toEqual([
      { tree: 0, records: 0, blobs: 0 },
      { tree: 1, records: 3, blobs: 0 },
    ])
    expect(await index.needed([key(1), key(2), key(3)])).toEqual([true, true, false])
  })

  test('tells what was claimed and nobody needs, in the order of the keys, a page at a time', async () => {
    await index.write([{ type: 'claim', keys: [3, 1, 2, 4, 5].map(key) }])
    await index.write([
      { type: 'claim', keys: [key(1)] },
      use('a', key(2), { records: 1 }),
      use('b', key(2), { tree: 1 }),
    ])
    expect(await index.unneeded(undefined, 2)).toEqual([key(1), key(3)])
    expect(await index.unneeded(key(3), 9)).toEqual([key(4), key(5)])
    await index.write([use('a', key(2), { records: -1 })])
    expect(await index.needed([key(2)])).toEqual([true])
    await index.write([use('b', key(2), { tree: -1 })])
    expect(await index.unneeded(key(1), 1)).toEqual([key(2)])
  })

  test('forgets what nobody needs, and nothing else', async () => {
    await index.write([{ type: 'claim', keys: [key(1), key(2)] }, use('a', key(2), { tree: 1 })])
    await index.write([{ type: 'forget', keys: [key(1), key(2)] }])
    expect(await index.unneeded(undefined, 9)).toEqual([])
    expect(await index.needed([key(1), key(2)])).toEqual([false, true])
  })

  test('has blobs by account and name', async () => {
    const entry = blob('stored', 7)
    await index.write([{ type: 'blob', did: 'a', name: 'x', entry: blob('temporary', 7) }])
    await index.write([{ type: 'blob', did: 'a', name: 'x', entry }])
    expect(await index.blob('a', 'x')).toEqual(entry)
    expect(await index.blob('a', 'y')).toBeUndefined()
    expect(await index.blob('b', 'x')).toBeUndefined()
    await index.write([{ type: 'blob', did: 'a', name: 'x' }])
    expect(await index.blob('a', 'x')).toBeUndefined()
  })

  test('tells temporary blobs that are older, oldest first', async () => {
    await index.write([
      { type: 'blob', did: 'a', name: 'new', entry: blob('temporary', 30) },
      { type: 'blob', did: 'a', name: 'old', entry: blob('temporary', 20) },
      { type: 'blob', did: 'b', name: 'oldest', entry: blob('temporary', 10) },
      { type: 'blob', did: 'a', name: 'kept', entry: blob('stored', 5) },
    ])
    expect(await index.temporary(30)).toEqual([
      { did: 'b', name: 'oldest' },
      { did: 'a', name: 'old' },
    ])
  })

  test('lets an account go with all that it had', async () => {
    await index.write([
      use('a', key(1), { tree: 2 }),
      use('a', key(2), { blobs: 1 }),
      use('b', key(2), { records: 1 }),
      { type: 'root', did: 'a', root: { cid: Uint8Array.of(1), rev: '3a' } },
      { type: 'blob', did: 'a', name: 'x', entry: blob('stored', 1) },
    ])
    await index.write([{ type: 'leave', did: 'a' }])
    expect([await index.root('a'), await index.blob('a', 'x')]).toEqual([undefined, undefined])
    expect(await index.unneeded(undefined, 9)).toEqual([key(1)])
    expect(await index.uses('b', [key(2)])).toEqual([{ tree: 0, records: 1, blobs: 0 }])
    await index.write([{ type: 'leave', did: 'nobody' }])
  })

  test('writes nothing of what fails, and what was written beside it', async () => {
    const wrong = index.write([{ type: 'claim', keys: [key(1)] }, use('a', key(1), { tree: -1 })])
    const right = index.write([{ type: 'claim', keys: [key(2)] }])
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_ATPROTO_INDEX' })
    await right
    expect(await index.unneeded(undefined, 9)).toEqual([key(2)])
  })
})
