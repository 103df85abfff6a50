import { BlockMap, CidSet, type CommitData, cborToLex, Repo, signCommit } from '@atproto/repo'
import { type Backend, memory } from '@blockpool/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AtprotoStorage, atprotoStorage, memoryIndex } from '../src/index.ts'
import { toCid } from '../src/keys.ts'
import { refusing } from './support/gates.ts'
import {
  ALICE,
  BOB,
  blocksOfRepo,
  cidOf,
  commit,
  create,
  keypair,
  newRepo,
  records,
  remove,
  rootOf,
  type Storage,
  stored,
  textOf,
  update,
} from './support/repos.ts'

let store: Backend
let storage: AtprotoStorage
let alice: Storage

beforeEach(async () => {
  store = memory()
  await store.open?.()
  storage = await atprotoStorage({ store, index: memoryIndex() })
  alice = storage.repo(ALICE)
})

describe('a commit', () => {
  test('on a root that is no longer there is stale, and changes nothing', async () => {
    const repo = await newRepo(alice, ALICE, records(5))
    const late = await repo.formatCommit(create('late', 'late'), keypair)
    await commit(alice, create('first', 'first'))
    const before = await stored(store)
    await expect(repo.applyCommit(late)).rejects.toMatchObject({
      code: 'ERR_ATPROTO_STALE_COMMIT',
      did: ALICE,
    })
    expect(await stored(store)).toEqual(before)
    expect(await textOf(alice, 'first')).toBe('first')
  })

  test('may be applied again when its answer was lost', async () => {
    const repo = await newRepo(alice, ALICE, records(5))
    const made = await repo.formatCommit(update('record-1', 'other'), keypair)
    await repo.applyCommit(made)
    await repo.applyCommit(made)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('of two that are applied at once on one root loses', async () => {
    const repo = await newRepo(alice, ALICE, records(5))
    const made = await Promise.all([
      repo.formatCommit(create('x', 'x'), keypair),
      repo.formatCommit(create('y', 'y'), keypair),
    ])
    const results = await Promise.allSettled(made.map((data) => alice.applyCommit(data)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('that creates a repository over another one is refused', async () => {
    await newRepo(alice, ALICE, records(5))
    await expect(newRepo(alice, ALICE)).rejects.toMatchObject({ code: 'ERR_ATPROTO_REPO_EXISTS' })
    const made = await Repo.formatInitCommit(alice, ALICE, keypair)
    const other = alice.applyCommit({ ...made, removedCids: new CidSet([made.cid]) })
    await expect(other).rejects.toMatchObject({ code: 'ERR_ATPROTO_REPO_EXISTS' })
    expect(await textOf(alice, 'record-4')).toBe('text 4')
  })

  test('of another account is refused', async () => {
    await expect(newRepo(alice, BOB)).rejects.toMatchObject({ code: 'ERR_ATPROTO_WRONG_REPO', did: ALICE })
    expect(await alice.getRoot()).toBeNull()
    expect(await stored(store)).toEqual(new Set())
  })

  test('that leads to a block which is nowhere is refused, and names it', async () => {
    const made = await Repo.formatInitCommit(alice, ALICE, keypair, records(5))
    const [leaf] = made.newBlocks
      .cids()
      .filter((cid) => 'text' in (cborToLex(made.newBlocks.get(cid) as Uint8Array) as object))
    if (!leaf) throw new Error('there is no record')
    made.newBlocks.delete(leaf)
    const error = await alice.applyCommit(made)?.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_ATPROTO_INCOMPLETE', cids: [expect.any(String)] })
    expect(await alice.getRoot()).toBeNull()
    expect(await stored(store)).toEqual(new Set())
  })

  test('that leads to what only another account has takes it over, and keeps it when that one goes', async () => {
    await newRepo(storage.repo(BOB), BOB, [create('z', 'same')])
    const made = await Repo.formatInitCommit(alice, ALICE, keypair, [create('a', 'same')])
    made.newBlocks.delete(await cidOf(storage.repo(BOB), 'z'))
    await alice.applyCommit(made)
    await storage.remove(BOB)
    expect(await textOf(alice, 'a')).toBe('same')
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('that is none is refused', async () => {
    const blocks = new BlockMap()
    const cid = await blocks.add({ no: 'commit' })
    await expect(alice.applyCommit(commitData(cid, blocks))).rejects.toMatchObject({
      code: 'ERR_ATPROTO_UNREADABLE',
    })
  })

  test('whose tree has a node that is none is refused', async () => {
    const blocks = new BlockMap()
    const data = await blocks.add({ no: 'node' })
    const cid = await blocks.add(await signed(data, '3a'))
    await expect(alice.applyCommit(commitData(cid, blocks))).rejects.toMatchObject({
      code: 'ERR_ATPROTO_UNREADABLE',
    })
    expect(await stored(store)).toEqual(new Set())
  })

  test('whose record is, byte for byte, a node of its own tree takes no node away when the record goes', async () => {
    const inner = new BlockMap()
    const record = await inner.add({ text: 'deep' })
    const key = new TextEncoder().encode('app.bsky.feed.post/a')
    const node = await inner.add({ l: null, e: [{ p: 0, k: key, v: record, t: null }] })
    // The first tree has it as a node and as a record, the second as a node alone.
    const z = new TextEncoder().encode('app.bsky.feed.post/z')
    const both = await inner.add({ l: node, e: [{ p: 0, k: z, v: node, t: null }] })
    const first = await inner.add(await signed(both, '3a'))
    await alice.applyCommit(commitData(first, inner))
    const next = new BlockMap()
    const alone = await next.add({ l: node, e: [{ p: 0, k: z, v: record, t: null }] })
    const second = await next.add(await signed(alone, '3b'))
    await alice.applyCommit({
      ...commitData(second, next),
      prev: first,
      removedCids: new CidSet([node, both, first]),
    })
    expect(await alice.has(node)).toBe(true)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })
})

describe('a store that refuses', () => {
  test('puts leaves the root where it was, and the commit may be applied again', async () => {
    const { refuses, store: weak } = refusing(store)
    storage = await atprotoStorage({ store: weak, index: memoryIndex() })
    alice = storage.repo(ALICE)
    const repo = await newRepo(alice, ALICE, records(20))
    const before = await stored(store)
    const made = await repo.formatCommit([create('x', 'x'), remove('record-1')], keypair)
    refuses.add('put')
    await expect(repo.applyCommit(made)).rejects.toThrow(Error)
    expect(`${await rootOf(alice)}`).toBe(`${repo.cid}`)
    expect(await stored(store)).toEqual(before)
    expect(await textOf(alice, 'record-1')).toBe('text 1')

    refuses.clear()
    await repo.applyCommit(made)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('everything from the middle of a commit on leaves nothing that is not collected later', async () => {
    const { refuses, store: weak } = refusing(store)
    storage = await atprotoStorage({ store: weak, index: memoryIndex() })
    alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, records(20))
    refuses.add('delete').add('has')
    const made = await (await Repo.load(alice)).formatCommit(create('x', 'x'), keypair)
    const [first] = made.newBlocks.cids()
    if (!first) throw new Error('there is no block')
    let puts = 0
    const put = store.put.bind(store)
    store.put = async (block, options) => {
      puts += 1
      if (puts > 2) throw new Error('full')
      await put(block, options)
    }
    await expect(alice.applyCommit(made)).rejects.toThrow('full')
    store.put = put
    refuses.clear()
    expect((await storage.collect()).blocks).toBe(made.newBlocks.size)
    expect(await store.has(toCid(first))).toBe(false)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })
})

function signed(data: Parameters<typeof signCommit>[0]['data'], rev: string): ReturnType<typeof signCommit> {
  return signCommit({ did: ALICE, version: 3, rev, prev: null, data }, keypair)
}

function commitData(cid: CommitData['cid'], newBlocks: BlockMap): CommitData {
  return {
    cid,
    rev: '3a',
    since: null,
    prev: null,
    newBlocks,
    relevantBlocks: newBlocks,
    removedCids: new CidSet(),
  }
}
