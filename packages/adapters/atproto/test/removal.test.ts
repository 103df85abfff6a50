import { Repo } from '@atproto/repo'
import { type Backend, memory } from '@blockpool/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AtprotoStorage, type AtprotoStore, atprotoStorage, memoryIndex } from '../src/index.ts'
import { gated, refusing } from './support/gates.ts'
import {
  ALICE,
  BOB,
  blocksOfRepo,
  cidOf,
  commit,
  create,
  keypair,
  nameOf,
  newRepo,
  records,
  remove,
  stored,
  textOf,
  update,
} from './support/repos.ts'

let store: Backend
let storage: AtprotoStorage

beforeEach(async () => {
  store = memory()
  await store.open?.()
  storage = await atprotoStorage({ store, index: memoryIndex() })
})

describe('a record whose content another record has', () => {
  test('stays until the last of them is deleted, and then is gone', async () => {
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, [create('a', 'same'), create('b', 'same'), create('c', 'other')])
    const same = nameOf(await cidOf(alice, 'a'))
    const repo = await Repo.load(alice)
    const made = await repo.formatCommit(remove('a'), keypair)
    expect(made.removedCids.toList().map(nameOf), 'what the commit says is removed').toContain(same)

    await repo.applyCommit(made)
    expect(await textOf(alice, 'b')).toBe('same')
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))

    await commit(alice, remove('b'))
    expect(await stored(store)).not.toContain(same)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('stays when one commit deletes two of three', async () => {
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, [create('a', 'same'), create('b', 'same'), create('c', 'same')])
    await commit(alice, remove('a'), remove('b'))
    expect(await textOf(alice, 'c')).toBe('same')
  })

  test('stays when one commit adds the one and deletes or changes the others', async () => {
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, [create('b', 'same'), create('c', 'same'), create('d', 'x')])
    await commit(alice, create('a', 'same'), remove('b'), update('c', 'x'), update('d', 'same'))
    expect(await textOf(alice, 'a')).toBe('same')
    expect(await textOf(alice, 'c')).toBe('x')
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })

  test('in another repository stays there', async () => {
    await newRepo(storage.repo(ALICE), ALICE, [create('a', 'same')])
    await newRepo(storage.repo(BOB), BOB, [create('z', 'same')])
    await commit(storage.repo(ALICE), remove('a'))
    expect(await textOf(storage.repo(BOB), 'z')).toBe('same')
    await blocksOfRepo(storage.repo(BOB), BOB)

    const same = nameOf(await cidOf(storage.repo(BOB), 'z'))
    await commit(storage.repo(BOB), remove('z'))
    expect(await stored(store)).not.toContain(same)
  })
})

describe('one account removes a block while another adds it', () => {
  test('and is on its way to the store: it is not removed', async () => {
    const slow = gated(store)
    storage = await atprotoStorage({ store: slow, index: memoryIndex() })
    await newRepo(storage.repo(ALICE), ALICE, [create('a', 'same')])
    await newRepo(storage.repo(BOB), BOB)
    const gate = slow.hold('put', await cidOf(storage.repo(ALICE), 'a'))
    const adding = commit(storage.repo(BOB), create('z', 'same'))
    await gate.reached
    await commit(storage.repo(ALICE), remove('a'))
    gate.open()
    await adding
    expect(await textOf(storage.repo(BOB), 'z')).toBe('same')
  })

  test('and it is just being deleted: it is put after that', async () => {
    const slow = gated(store)
    storage = await atprotoStorage({ store: slow, index: memoryIndex() })
    await newRepo(storage.repo(ALICE), ALICE, [create('a', 'same')])
    await newRepo(storage.repo(BOB), BOB)
    const cid = await cidOf(storage.repo(ALICE), 'a')
    const gate = slow.hold('delete', cid)
    const removing = commit(storage.repo(ALICE), remove('a'))
    await gate.reached
    const adding = commit(storage.repo(BOB), create('z', 'same'))
    // Long enough for the other one, if it did not wait.
    await newRepo(storage.repo('did:plc:carol'), 'did:plc:carol', records(20))
    gate.open()
    await Promise.all([removing, adding])
    expect(await stored(store)).toContain(nameOf(cid))
    expect(await textOf(storage.repo(BOB), 'z')).toBe('same')
    await storage.collect()
    await storage.remove('did:plc:carol')
    const both = [await blocksOfRepo(storage.repo(ALICE), ALICE), await blocksOfRepo(storage.repo(BOB), BOB)]
    expect(await stored(store)).toEqual(new Set(both.flatMap((blocks) => [...blocks])))
  })
})

test('a block that is removed while it is read is none of the repository, and not lost', async () => {
  const slow = gated(store)
  storage = await atprotoStorage({ store: slow, index: memoryIndex() })
  const alice = storage.repo(ALICE)
  await newRepo(alice, ALICE, [create('a', 'text')])
  const cid = await cidOf(alice, 'a')
  const made = await (await Repo.load(alice)).formatCommit(remove('a'), keypair)
  const gate = slow.hold('get', cid)
  const reading = alice.getBytes(cid)
  await gate.reached
  await alice.applyCommit(made)
  gate.open()
  expect(await reading).toBeNull()
})

test('a commit reads what it changes, however large the repository is', async () => {
  let gets = 0
  const counting: AtprotoStore = {
    ...gated(store),
    get(cid) {
      gets += 1
      return store.get(cid)
    },
  }
  storage = await atprotoStorage({ store: counting, index: memoryIndex() })
  const alice = storage.repo(ALICE)
  await newRepo(alice, ALICE, records(1_000))
  const made = await (await Repo.load(alice)).formatCommit(update('record-500', 'other'), keypair)
  gets = 0
  await alice.applyCommit(made)
  expect(gets).toBeGreaterThan(0)
  // The old commit, and the nodes on the way to the record.
  expect(gets).toBe(made.removedCids.size() - 1)
})

describe('when the store refuses to delete', () => {
  test('the commit is made, it is told, and the blocks are collected later', async () => {
    const { refuses, store: weak } = refusing(store)
    const told: unknown[] = []
    storage = await atprotoStorage({
      store: weak,
      index: memoryIndex(),
      onError: (error) => told.push(error),
    })
    const alice = storage.repo(ALICE)
    await newRepo(alice, ALICE, [create('a', 'text')])
    refuses.add('delete')
    await commit(alice, update('a', 'other'))
    expect(await textOf(alice, 'a')).toBe('other')
    expect(told).toMatchObject([{ code: 'ERR_ATPROTO_NOT_REMOVED', did: ALICE, cause: expect.any(Error) }])
    await expect(storage.collect()).rejects.toMatchObject({ code: 'ERR_ATPROTO_NOT_REMOVED' })
    expect((await stored(store)).size).toBeGreaterThan((await blocksOfRepo(alice, ALICE)).size)

    refuses.clear()
    expect((await storage.collect()).blocks).toBe(3)
    expect(await stored(store)).toEqual(await blocksOfRepo(alice, ALICE))
  })
})
