import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { cidForRawBytes, cidForRawHash } from '@atproto/lex-data'
import { BlobNotFoundError, type BlobStore, Repo } from '@atproto/repo'
import { type Backend, memory } from '@blockpool/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type AtprotoStorage, atprotoStorage, memoryIndex } from '../src/index.ts'
import { toCid } from '../src/keys.ts'
import { gated, refusing } from './support/gates.ts'
import { openWorld } from './support/pool.ts'
import { ALICE, BOB, commit, create, newRepo, remove, rootOf, stored, textOf } from './support/repos.ts'

const MiB = 1024 * 1024
const nothing = new Uint8Array(0)
const nothingCid = await cidForRawBytes(nothing)
const image = Uint8Array.from(randomBytes(100_000))
const imageCid = await cidForRawBytes(image)
const film = Uint8Array.from(randomBytes(9 * MiB + 1))
const filmCid = await cidForRawBytes(film)

let store: Backend
let storage: AtprotoStorage
let blobs: BlobStore

beforeEach(async () => {
  store = memory()
  await store.open?.()
  storage = await atprotoStorage({ store, index: memoryIndex() })
  blobs = storage.blobs(ALICE)
})

/** Portions of odd sizes. */
function streamOf(bytes: Uint8Array): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0, size = 60_000; at < bytes.length; at += size, size += 7) {
        yield bytes.subarray(at, at + size)
      }
    })(),
    { objectMode: false },
  )
}

describe('a blob', () => {
  test.each([
    ['of one block', image, imageCid, 1],
    ['of several', film, filmCid, 3],
    ['of no bytes', nothing, nothingCid, 1],
  ])(
    '%s goes from temporary to permanent, in and out as bytes and as a stream',
    async (_, bytes, cid, blocks) => {
      const key = await blobs.putTemp(streamOf(bytes))
      expect(await blobs.hasTemp(key)).toBe(true)
      expect(await blobs.hasStored(cid)).toBe(false)
      await expect(blobs.getBytes(cid)).rejects.toThrow(BlobNotFoundError)

      await blobs.makePermanent(key, cid)
      expect(await blobs.hasTemp(key)).toBe(false)
      expect(await blobs.hasStored(cid)).toBe(true)
      expect(Buffer.compare(await blobs.getBytes(cid), bytes)).toBe(0)
      expect(Buffer.compare(await buffer(await blobs.getStream(cid)), bytes)).toBe(0)
      expect((await stored(store)).size).toBe(blocks)
    },
  )

  test('up to 4 MiB is one block under its own CID', async () => {
    await blobs.putPermanent(imageCid, image)
    expect(await store.get(toCid(imageCid))).toEqual(image)
  })

  test('is in parts that the store takes', async () => {
    const small = { ...gated(store), traits: { maxBlockBytes: 30_000 } }
    blobs = (await atprotoStorage({ store: small, index: memoryIndex() })).blobs(ALICE)
    await blobs.putPermanent(imageCid, streamOf(image))
    expect((await stored(store)).size).toBe(4)
    expect(await blobs.getBytes(imageCid)).toEqual(image)
  })

  test('is made permanent again, and put again, without harm', async () => {
    const key = await blobs.putTemp(image)
    const other = await blobs.putTemp(image)
    await blobs.makePermanent(key, imageCid)
    await blobs.makePermanent(key, imageCid)
    await blobs.makePermanent(other, imageCid)
    await blobs.putPermanent(imageCid, image)
    expect(await blobs.hasTemp(other)).toBe(false)
    expect((await stored(store)).size).toBe(1)
    await blobs.delete(imageCid)
    expect((await stored(store)).size).toBe(0)
  })

  test('that was never put is not found', async () => {
    await expect(blobs.makePermanent('no-key', imageCid)).rejects.toThrow(BlobNotFoundError)
    await expect(blobs.quarantine(imageCid)).rejects.toThrow(BlobNotFoundError)
    await expect(blobs.unquarantine(imageCid)).rejects.toThrow(BlobNotFoundError)
    await expect(blobs.getStream(imageCid)).rejects.toThrow(BlobNotFoundError)
    await blobs.delete(imageCid)
  })

  test('whose bytes do not hash to its CID is refused, and nothing of it is kept', async () => {
    await expect(blobs.putPermanent(filmCid, streamOf(film.subarray(1)))).rejects.toMatchObject({
      code: 'ERR_ATPROTO_BLOB_MISMATCH',
    })
    expect((await stored(store)).size).toBe(0)
    const key = await blobs.putTemp(image)
    await expect(blobs.makePermanent(key, filmCid)).rejects.toMatchObject({
      code: 'ERR_ATPROTO_BLOB_MISMATCH',
    })
    expect([await blobs.hasTemp(key), await blobs.hasStored(filmCid)]).toEqual([true, false])
  })

  test('whose stream fails ends with its error, and nothing of it is kept', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(5 * MiB)
        throw new Error('the client is gone')
      })(),
    )
    await expect(blobs.putTemp(failing)).rejects.toThrow('the client is gone')
    expect((await stored(store)).size).toBe(0)
  })

  test('that the store refuses in the middle rejects, and is collected', async () => {
    const { refuses, store: weak } = refusing(store)
    storage = await atprotoStorage({ store: weak, index: memoryIndex() })
    refuses.add('delete')
    const put = store.put.bind(store)
    store.put = async (block, options) => {
      refuses.add('put')
      await put(block, options)
    }
    await expect(storage.blobs(ALICE).putTemp(streamOf(film))).rejects.toThrow(Error)
    refuses.clear()
    // The second part may have arrived for all that is known.
    expect((await storage.collect()).blocks).toBe(2)
    expect((await stored(store)).size).toBe(0)
  })
})

describe('a blob in quarantine', () => {
  beforeEach(async () => {
    await blobs.putPermanent(imageCid, image)
    await blobs.quarantine(imageCid)
  })

  test('is not served, until it is taken out', async () => {
    await blobs.quarantine(imageCid)
    expect(await blobs.hasStored(imageCid)).toBe(false)
    await expect(blobs.getBytes(imageCid)).rejects.toThrow(BlobNotFoundError)
    await expect(blobs.getStream(imageCid)).rejects.toThrow(BlobNotFoundError)
    expect(await storage.repo(ALICE).getBytes(imageCid)).toBeNull()
    await blobs.unquarantine(imageCid)
    expect(await blobs.getBytes(imageCid)).toEqual(image)
  })

  test('stays there when it is put again or deleted', async () => {
    const key = await blobs.putTemp(image)
    const refused = { code: 'ERR_ATPROTO_BLOB_QUARANTINED' }
    await expect(blobs.makePermanent(key, imageCid)).rejects.toMatchObject(refused)
    await expect(blobs.putPermanent(imageCid, image)).rejects.toMatchObject(refused)
    await blobs.delete(imageCid)
    await blobs.unquarantine(imageCid)
    expect(await blobs.getBytes(imageCid)).toEqual(image)
  })

  test('of one account is served by another', async () => {
    await storage.blobs(BOB).putPermanent(imageCid, image)
    expect(await storage.blobs(BOB).getBytes(imageCid)).toEqual(image)
    expect(await blobs.hasStored(imageCid)).toBe(false)
  })
})

describe('deleting', () => {
  test('takes the bytes away, unless another account or blob has them', async () => {
    await blobs.putPermanent(filmCid, film)
    const start = film.subarray(0, 4 * MiB)
    const startCid = await cidForRawBytes(start)
    await blobs.putPermanent(startCid, start)
    await storage.blobs(BOB).putPermanent(imageCid, image)
    await blobs.putPermanent(imageCid, image)

    await blobs.deleteMany([filmCid, imageCid, filmCid])
    expect((await stored(store)).size).toBe(2)
    expect(Buffer.compare(await blobs.getBytes(startCid), start)).toBe(0)
    expect(await storage.blobs(BOB).getBytes(imageCid)).toEqual(image)
    await blobs.delete(startCid)
    await storage.blobs(BOB).delete(imageCid)
    expect((await stored(store)).size).toBe(0)
  })

  test('a blob with the bytes of a commit or a record leaves the repository whole, and the other way round', async () => {
    const bob = storage.repo(BOB)
    await newRepo(bob, BOB, [create('a', 'text')])
    for (const cid of [await rootOf(bob), (await Repo.load(bob)).commit.data]) {
      const bytes = (await bob.getBytes(cid)) as Uint8Array
      const raw = cidForRawHash(cid.multihash.digest)
      await blobs.putPermanent(raw, bytes)
      await blobs.delete(raw)
      expect(await textOf(bob, 'a')).toBe('text')
    }
    const record = (await Repo.load(bob)).data
    const cid = (await record.get('app.bsky.feed.post/a')) ?? imageCid
    const bytes = (await bob.getBytes(cid)) as Uint8Array
    const raw = cidForRawHash(cid.multihash.digest)
    await blobs.putPermanent(raw, bytes)
    await commit(bob, remove('a'))
    expect(await blobs.getBytes(raw)).toEqual(bytes)
  })

  test('collects temporary blobs that are older than asked', async () => {
    const key = await blobs.putTemp(image)
    await blobs.putPermanent(filmCid, film)
    expect((await storage.collect({ temporaryBefore: new Date(Date.now() - 60_000) })).blobs).toBe(0)
    expect(await storage.collect({ temporaryBefore: new Date(Date.now() + 60_000) })).toEqual({
      blobs: 1,
      blocks: 1,
    })
    expect([await blobs.hasTemp(key), await blobs.hasStored(filmCid)]).toEqual([false, true])
  })
})

test('a stream says which block is lost', async () => {
  await blobs.putPermanent(imageCid, image)
  await store.delete(toCid(imageCid))
  await expect(buffer(await blobs.getStream(imageCid))).rejects.toMatchObject({ code: 'ERR_ATPROTO_LOST' })
})

test('blobs of many megabytes go through a pool on disk', async () => {
  await using world = await openWorld()
  await using disk = await atprotoStorage({ store: world.pool, index: world.index })
  const key = await disk.blobs(ALICE).putTemp(streamOf(film))
  await disk.blobs(ALICE).makePermanent(key, filmCid)
  world.pool.setHealth('hot', false)
  expect(Buffer.compare(await buffer(await disk.blobs(ALICE).getStream(filmCid)), film)).toBe(0)
})
