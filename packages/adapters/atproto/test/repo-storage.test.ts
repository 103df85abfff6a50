import { getRecords, Repo, readCar, verifyDiff, verifyDiffCar, verifyProofs } from '@atproto/repo'
import { memory } from '@blockpool/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AtprotoStorage, atprotoStorage, memoryIndex } from '../src/index.ts'
import { toCid } from '../src/keys.ts'
import { openWorld } from './support/pool.ts'
import {
  ALICE,
  BOB,
  blocksOfRepo,
  carOf,
  cidOf,
  commit,
  create,
  keypair,
  nameOf,
  newRepo,
  records,
  remove,
  rootOf,
  stored,
  textOf,
  update,
} from './support/repos.ts'

test('a repository of 1,000 records on a pool: what is in the pool is what its export has, after each commit', async () => {
  await using world = await openWorld()
  await using storage = await atprotoStorage({ store: world.pool, index: world.index })
  const alice = storage.repo(ALICE)
  await newRepo(alice, ALICE, records(1_000))
  const before = await blocksOfRepo(alice, ALICE)
  expect(before.size).toBeGreaterThan(1_000)
  expect(await stored(world.pool)).toEqual(before)

  const steps = [
    [update('record-1', 'other'), update('record-999', 'other, too')],
    [remove('record-2'), create('record-2000', 'new')],
    records(1_000)
      .slice(10, 60)
      .map(({ rkey }) => remove(rkey)),
  ]
  for (const writes of steps) {
    await commit(alice, ...writes)
    expect(await stored(world.pool)).toEqual(await blocksOfRepo(alice, ALICE))
  }
  expect(await textOf(alice, 'record-999')).toBe('other, too')
  expect(await textOf(alice, 'record-2')).toBeUndefined()
  expect(await textOf(alice, 'record-10')).toBeUndefined()
  expect(await textOf(alice, 'record-60')).toBe('text 60')
})

describe('a repository', () => {
  const store = memory()
  let storage: AtprotoStorage
  beforeEach(async () => {
    await store.open?.()
    for await (const cid of store.list()) await store.delete(cid)
    storage = await atprotoStorage({ store, index: memoryIndex() })
  })

  test('has no root until it is made', async () => {
    expect(await storage.repo(ALICE).getRoot()).toBeNull()
    const repo = await newRepo(storage.repo(ALICE), ALICE)
    expect(`${await storage.repo(ALICE).getRoot()}`).toBe(`${repo.cid}`)
  })

  test('gives a diff that another PDS verifies on the repository that it knows', async () => {
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, records(50))
    const old = await carOf(alice)
    const repo = await Repo.load(alice)
    const made = await repo.formatCommit([update('record-3', 'other'), remove('record-4')], keypair)
    await repo.applyCommit(made)

    const mirror = await atprotoStorage({ store: await open(), index: memoryIndex() })
    const first = await verifyDiffCar(null, old, ALICE, keypair.did())
    await mirror.repo(ALICE).applyCommit(first.commit)
    const known = await Repo.load(mirror.repo(ALICE), first.commit.cid)
    const diff = await verifyDiff(known, made.newBlocks, made.cid, ALICE, keypair.did())
    expect(diff.writes.map(({ action }) => action).sort()).toEqual(['delete', 'update'])
    await mirror.repo(ALICE).applyCommit(diff.commit)
    expect(await carOf(mirror.repo(ALICE))).toEqual(await carOf(alice))
  })

  test('proves a record, and that another one is not there', async () => {
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, records(50))
    const collection = 'app.bsky.feed.post'
    const paths = [
      { collection, rkey: 'record-7' },
      { collection, rkey: 'none' },
    ]
    const parts: Uint8Array[] = []
    for await (const part of getRecords(alice, await rootOf(alice), paths)) parts.push(part)
    const claims = [
      { collection, rkey: 'record-7', cid: await cidOf(alice, 'record-7') },
      { collection, rkey: 'none', cid: null },
    ]
    const { verified, unverified } = await verifyProofs(Buffer.concat(parts), claims, ALICE, keypair.did())
    expect([verified.length, unverified.length]).toEqual([2, 0])
  })

  test('has no blocks of another account', async () => {
    await newRepo(storage.repo(ALICE), ALICE, [create('a', 'hers')])
    await newRepo(storage.repo(BOB), BOB, [create('a', 'his')])
    const hers = await cidOf(storage.repo(ALICE), 'a')
    expect(await storage.repo(ALICE).has(hers)).toBe(true)
    expect(await storage.repo(BOB).has(hers)).toBe(false)
    expect(await storage.repo(BOB).getBytes(hers)).toBeNull()
    const { blocks, missing } = await storage.repo(BOB).getBlocks([hers, await cidOf(storage.repo(BOB), 'a')])
    expect([blocks.size, missing.map(String)]).toEqual([1, [`${hers}`]])
  })

  test('says that a block is lost, and which, where the store has no more what the repository needs', async () => {
    const alice = storage.repo(ALICE)
    const repo = await newRepo(alice, ALICE, [create('a', 'text')])
    const cid = await cidOf(alice, 'a')
    const bytes = (await alice.getBytes(cid)) as Uint8Array
    await store.delete(toCid(cid))
    const error = await alice.getBytes(cid).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_ATPROTO_LOST', did: ALICE, cids: [expect.any(String)] })

    // Brought back from an export.
    await alice.putBlock(cid, bytes, repo.commit.rev)
    expect(await alice.getBytes(cid)).toEqual(bytes)
    await commit(alice, create('b', 'more'))
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('keeps blocks that were put until the root moves, and collects them afterwards if it leads to none', async () => {
    const there = storage.repo(ALICE)
    const other = await atprotoStorage({ store: await open(), index: memoryIndex() })
    const repo = await newRepo(other.repo(ALICE), ALICE, records(20))
    const { blocks } = await readCar(await carOf(other.repo(ALICE)))
    const stray = await blocks.add({ text: 'of no record' })
    await there.putMany(blocks, repo.commit.rev)
    expect(await storage.collect()).toEqual({ blobs: 0, blocks: 0 })
    expect(await there.has(stray)).toBe(true)

    await there.updateRoot(repo.cid, repo.commit.rev)
    expect(await stored(store)).toEqual(await blocksOfRepo(there, ALICE))
    expect(await there.has(stray)).toBe(false)
  })

  test('is signed anew with the same records', async () => {
    const alice = storage.repo(ALICE)
    const repo = await newRepo(alice, ALICE, records(20))
    const signed = await repo.resignCommit('3zzzzzzzzzz2z', keypair)
    expect(`${signed.cid}`).not.toBe(`${repo.cid}`)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
    expect(await stored(store)).not.toContain(nameOf(repo.cid))
  })

  test('goes with its account, and leaves what another one needs', async () => {
    await newRepo(storage.repo(ALICE), ALICE, [create('a', 'both'), ...records(1_100)])
    await newRepo(storage.repo(BOB), BOB, [create('a', 'both')])
    await storage.remove(ALICE)
    expect(await storage.repo(ALICE).getRoot()).toBeNull()
    expect(await stored(store)).toEqual(await blocksOfRepo(storage.repo(BOB), BOB))
  })
})

async function open(): Promise<ReturnType<typeof memory>> {
  const store = memory()
  await store.open?.()
  return store
}
