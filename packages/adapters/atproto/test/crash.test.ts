import { randomBytes } from 'node:crypto'
import { cidForRawBytes } from '@atproto/lex-data'
import { type BlobStore, Repo } from '@atproto/repo'
import { memory } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { atprotoStorage, memoryIndex } from '../src/index.ts'
import { mortal, refusing } from './support/gates.ts'
import { openWorld } from './support/pool.ts'
import {
  ALICE,
  blocksOfRepo,
  commit,
  create,
  keypair,
  newRepo,
  records,
  remove,
  rootOf,
  stored,
  textOf,
  update,
} from './support/repos.ts'

const writes = [create('new', 'text 1'), update('record-1', 'other'), remove('record-2'), remove('record-3')]

/** Runs the commit in a process that dies at one of its changes, then starts another one. */
async function dieAt(change: number, effect: boolean): Promise<{ died: boolean; moved: boolean }> {
  const store = memory()
  await store.open?.()
  const index = memoryIndex()
  await newRepo((await atprotoStorage({ store, index })).repo(ALICE), ALICE, records(10))

  const process = mortal(store, index, change, effect)
  const dying = (await atprotoStorage({ store: process.store, index: process.index })).repo(ALICE)
  const old = await Repo.load(dying)
  const made = await old.formatCommit(writes, keypair)
  await old.applyCommit(made).catch(() => {})

  const storage = await atprotoStorage({ store, index })
  const alice = storage.repo(ALICE)
  const root = `${await rootOf(alice)}`
  expect([`${old.cid}`, `${made.cid}`]).toContain(root)
  const reachable = await blocksOfRepo(alice, ALICE)
  await storage.collect()
  expect(await stored(store), `dies at change ${change}`).toEqual(reachable)
  if (root === `${old.cid}`) await (await Repo.load(alice)).applyCommit(made)
  expect(await textOf(alice, 'record-1')).toBe('other')
  expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  return { died: process.changes >= change, moved: root === `${made.cid}` }
}

describe.each([
  ['before', false],
  ['after', true],
])('a crash %s any change of the store or the index', (_, effect) => {
  test('leaves the old root or the new one, all that it leads to, and garbage that is collected', async () => {
    const outcomes: { died: boolean; moved: boolean }[] = []
    do outcomes.push(await dieAt(outcomes.length + 1, effect))
    while (outcomes.at(-1)?.died)
    const moved = outcomes.findIndex((outcome) => outcome.moved)
    expect(moved, 'changes before the root moves').toBeGreaterThan(5)
    expect(outcomes.length - moved, 'changes after that').toBeGreaterThan(5)
    expect(outcomes.slice(moved).every((outcome) => outcome.moved)).toBe(true)
  })
})

test('a crash at any change of a blob leaves it whole or not there, and garbage that is collected', async () => {
  const bytes = Uint8Array.from(randomBytes(5_000_000))
  const cid = await cidForRawBytes(bytes)
  const life = async (blobs: BlobStore): Promise<void> => {
    await blobs.makePermanent(await blobs.putTemp(bytes), cid)
    await blobs.quarantine(cid)
    await blobs.unquarantine(cid)
    await blobs.delete(cid)
  }
  const seen = new Set<boolean>()
  for (let change = 1, died = true; died; change++) {
    const store = memory()
    await store.open?.()
    const index = memoryIndex()
    const process = mortal(store, index, change, change % 2 === 0)
    await life((await atprotoStorage(process)).blobs(ALICE)).catch(() => {})
    died = process.changes >= change

    const storage = await atprotoStorage({ store, index })
    await storage.collect({ temporaryBefore: new Date(Date.now() + 60_000) })
    const has = await storage.blobs(ALICE).hasStored(cid)
    if (has) expect(Buffer.compare(await storage.blobs(ALICE).getBytes(cid), bytes)).toBe(0)
    else
      await storage
        .blobs(ALICE)
        .unquarantine(cid)
        .catch(() => {})
    await storage.blobs(ALICE).delete(cid)
    seen.add(has)
    expect((await stored(store)).size, `dies at change ${change}`).toBe(0)
  }
  expect(seen.size).toBe(2)
})

test('a backend that goes away in the middle of commits is noticed by nobody', async () => {
  let hot: ReturnType<typeof refusing> | undefined
  await using world = await openWorld((id, backend) => {
    if (id !== 'hot') return backend
    const { refuses, store } = refusing(backend)
    hot = { refuses, store }
    return store
  })
  await using storage = await atprotoStorage({ store: world.pool, index: world.index })
  const alice = storage.repo(ALICE)
  await newRepo(alice, ALICE, records(100))
  const commits = (async () => {
    for (let i = 0; i < 20; i++) {
      if (i === 5) for (const verb of ['get', 'put', 'has', 'delete', 'list'] as const) hot?.refuses.add(verb)
      await commit(alice, update(`record-${i}`, `other ${i}`), remove(`record-${i + 50}`))
    }
  })()
  await commits
  const away = await blocksOfRepo(alice, ALICE)
  expect(await textOf(alice, 'record-19')).toBe('other 19')

  hot?.refuses.clear()
  world.pool.setHealth('hot', true)
  expect(await blocksOfRepo(alice, ALICE)).toEqual(away)
})
