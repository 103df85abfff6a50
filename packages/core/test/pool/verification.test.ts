import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, test } from 'vitest'
import { block, blockOf, cidOf, DAG_PB, IDENTITY, SHA2_256, SHA2_512, same } from '../support/blocks.ts'
import { flush } from '../support/clock.ts'
import { holders, listed, poolOf, rejection } from '../support/pool.ts'
import { corruptAnswer, fail, Gate } from '../support/scripted.ts'

const { cid, bytes } = block(1)

/** A hash function of its own: 32 bytes that depend on all bytes. It answers later, as those in WebAssembly do. */
const XOR = 0x300002
const xor = {
  name: 'xor',
  code: XOR,
  encode: () => new Uint8Array(),
  digest: async (input: Uint8Array) => {
    await flush()
    const digest = new Uint8Array(32)
    for (const [i, byte] of input.entries()) digest[i % 32] = (digest[i % 32] ?? 0) ^ (byte + i)
    return Digest.create(XOR, digest)
  },
} as never
const xorBlock = async () => ({
  cid: cidOf(
    XOR,
    (await (xor as { digest(b: Uint8Array): Promise<{ digest: Uint8Array }> }).digest(bytes)).digest,
  ),
  bytes,
})

describe('put checks before any I/O', () => {
  test.each([
    ['bytes that do not match', { cid, bytes: block(2).bytes }, 'ERR_HASH_MISMATCH'],
    [
      'a hash function that is not known',
      { cid: cidOf(0xb220, new Uint8Array(32)), bytes },
      'ERR_UNKNOWN_HASH',
    ],
    ['a digest that is too short', { cid: cidOf(SHA2_256, new Uint8Array(8)), bytes }, 'ERR_INVALID_CID'],
    [
      'an identity CID of other bytes',
      { cid: cidOf(IDENTITY, Uint8Array.of(1)), bytes },
      'ERR_HASH_MISMATCH',
    ],
    ['a block over the limit', blockOf(new Uint8Array(1_001)), 'ERR_BLOCK_TOO_LARGE'],
  ])('%s', async (_, wrong, code) => {
    const scene = await poolOf({ a: {} }, { maxBlockBytes: 1_000 })
    const before = scene.on.a.log.length
    expect((await rejection(scene.pool.put(wrong))).code).toBe(code)
    expect(scene.on.a.log.length).toBe(before)
  })

  test('a block of exactly the limit passes', async () => {
    const scene = await poolOf({ a: { maxBlockBytes: 1_000 } }, { maxBlockBytes: 1_000 })
    await scene.pool.put(block(1, 1_000))
    expect(await holders(scene, block(1, 1_000))).toBe('a')
  })

  test('the limit of a backend keeps blocks from it alone', async () => {
    const scene = await poolOf({ a: { maxBlockBytes: 50 }, b: {} })
    await scene.pool.put(block(1, 51))
    expect(await holders(scene, block(1, 51))).toBe('b')
  })

  test('bytes are not checked where the operator has turned it off', async () => {
    const scene = await poolOf({ a: {} }, { verifyPuts: false })
    await scene.pool.put({ cid, bytes: block(2).bytes })
    expect(await holders(scene, block(1))).toBe('a')
  })
})

describe('hash functions', () => {
  test('a hasher that answers later verifies puts and gets', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { hashers: [xor] })
    const good = await xorBlock()
    await scene.pool.put(good)
    expect(same(await scene.pool.get(good.cid), bytes)).toBe(true)
    const wrong = { cid: good.cid, bytes: block(2).bytes }
    expect((await rejection(scene.pool.put(wrong))).code).toBe('ERR_HASH_MISMATCH')
    await scene.on.a.corrupt(good.cid)
    expect((await rejection(scene.pool.get(good.cid))).code).toBe('ERR_CORRUPT')
  })

  test('a put whose hasher answers after its caller gave up has no effect', async () => {
    const scene = await poolOf({ a: {} }, { hashers: [xor] })
    const good = await xorBlock()
    const controller = new AbortController()
    const put = rejection(scene.pool.put(good, { signal: controller.signal }))
    controller.abort()
    expect(await put).toBe(controller.signal.reason)
    expect(scene.on.a.count('put')).toBe(0)
  })

  test('a put whose hasher answers after the pool was closed is refused', async () => {
    const scene = await poolOf({ a: {} }, { hashers: [xor] })
    const good = await xorBlock()
    const put = rejection(scene.pool.put(good))
    await Promise.all([scene.pool.close(), put])
    expect((await put).code).toBe('ERR_CLOSED')
    expect(scene.on.a.count('put')).toBe(0)
  })

  test('a hasher that hangs keeps neither a put from being aborted nor a get from its deadline', async () => {
    const stuck = { ...(xor as object), digest: () => new Promise(() => {}) } as never
    const scene = await poolOf({ a: { timeoutMs: 100 } }, { hashers: [stuck] })
    const good = await xorBlock()
    const controller = new AbortController()
    const put = rejection(scene.pool.put(good, { signal: controller.signal }))
    await flush()
    controller.abort()
    expect(await put).toBe(controller.signal.reason)
    await scene.on.a.inner.put(good)
    const got = rejection(scene.pool.get(good.cid))
    await scene.clock.advance(200)
    expect(await got).toMatchObject({ code: 'ERR_UNAVAILABLE', outcomes: { a: { outcome: 'timeout' } } })
  })

  test('a hasher that throws rejects the put with its error', async () => {
    const broken = { ...(xor as object), digest: () => Promise.reject(new Error('no memory')) } as never
    const scene = await poolOf({ a: {} }, { hashers: [broken] })
    await expect(scene.pool.put(await xorBlock())).rejects.toThrow('no memory')
  })

  test('a digest that is cut, as sha2-512 to 32 bytes, is verified by what is left', async () => {
    const { createHash } = await import('node:crypto')
    const cut = cidOf(SHA2_512, createHash('sha512').update(bytes).digest().subarray(0, 32))
    const scene = await poolOf({ a: {} })
    await scene.pool.put({ cid: cut, bytes })
    expect(same(await scene.pool.get(cut), bytes)).toBe(true)
    const wrong = { cid: cut, bytes: block(2).bytes }
    expect((await rejection(scene.pool.put(wrong))).code).toBe('ERR_HASH_MISMATCH')
  })
})

describe('identity', () => {
  test('an identity CID is answered by the pool and never reaches a backend', async () => {
    const inline = { cid: cidOf(IDENTITY, bytes), bytes }
    const scene = await poolOf({ a: {} })
    const before = scene.on.a.log.length
    expect(same(await scene.pool.get(inline.cid), bytes)).toBe(true)
    await scene.pool.put(inline)
    await scene.pool.delete(inline.cid)
    expect(await scene.pool.has(inline.cid)).toBe(true)
    expect(await scene.pool.locate(inline.cid)).toEqual([])
    expect(scene.on.a.log.length).toBe(before)
    expect(await listed(scene.pool)).toEqual([])
  })

  test('Qm…, bafy… and bafk… of one hash are one block', async () => {
    const scene = await poolOf({ a: {} })
    const spellings = [CID.createV0(cid.multihash as never), CID.createV1(DAG_PB, cid.multihash), cid]
    for (const spelling of spellings) {
      await scene.pool.put({ cid: spelling, bytes })
      for (const other of spellings) expect(same(await scene.pool.get(other), bytes)).toBe(true)
      expect(await listed(scene.pool)).toEqual([cid.toString()])
      await scene.pool.delete(spellings[0] as CID)
      expect(await scene.pool.has(spelling)).toBe(false)
    }
  })
})

describe('a copy that does not match its CID', () => {
  test('is told, is never returned, and the next candidate answers', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 0 })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
    expect(scene.events).toMatchObject([
      { type: 'corrupt', backend: 'a' },
      { type: 'failover', outcome: 'corrupt' },
    ])
    expect(scene.pool.stats()).toMatchObject({ corrupt: 1, errors: 1 })
  })

  test('is in quarantine: not asked again, and located as corrupt', async () => {
    const scene = await poolOf({ a: {}, b: {} }, { copies: 2, writeQuorum: 'all', repairsPerSecond: 0 })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    for (let i = 0; i < 3; i++) await scene.pool.get(cid)
    expect(scene.on.a.count('get')).toBe(1)
    expect(await scene.pool.locate(cid)).toEqual([
      { backend: 'a', state: 'corrupt' },
      { backend: 'b', state: 'present' },
    ])
  })

  test('is corrupt when only such copies are left, never absent', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    for (let i = 0; i < 2; i++) {
      const error = await rejection(scene.pool.get(cid))
      expect(error).toMatchObject({ code: 'ERR_CORRUPT', outcomes: { a: { outcome: 'corrupt' } } })
    }
    expect((await rejection(scene.pool.has(cid))).code).toBe('ERR_CORRUPT')
  })

  test('is unknown when a backend that failed may hold a good one', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    scene.on.b.down()
    expect((await rejection(scene.pool.get(cid))).code).toBe('ERR_UNAVAILABLE')
  })

  test('does not count as a copy of a put, and is not what the put leaves', async () => {
    const scene = await poolOf({ a: { skipsExisting: true } })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    await rejection(scene.pool.get(cid))
    await scene.pool.put(block(1))
    expect(same(await scene.pool.get(cid), bytes)).toBe(true)
  })

  test('is the last place where a put goes', async () => {
    const scene = await poolOf({ a: {}, b: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    await rejection(scene.pool.get(cid))
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('a b')
    expect(scene.on.a.count('delete')).toBe(0)
  })

  test('that cannot be deleted makes the put go elsewhere or fail', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    await rejection(scene.pool.get(cid))
    scene.on.a.once('delete', fail())
    expect((await rejection(scene.pool.put(block(1)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })

  test.each(['delete', 'delete and put'])(
    'that was read before a %s marks nothing after it',
    async (changes) => {
      const scene = await poolOf({ a: {} })
      await scene.pool.put(block(1))
      await scene.on.a.corrupt(cid)
      const gate = new Gate()
      scene.on.a.once('get', gate.after)
      const got = scene.pool.get(cid)
      await flush()
      await scene.pool.delete(cid)
      if (changes === 'delete and put') await scene.pool.put(block(1))
      await gate.open()
      const expected = changes === 'delete' ? undefined : bytes
      expect(await got).toEqual(expected)
      expect(await scene.pool.get(cid)).toEqual(expected)
      expect(scene.eventTypes()[0]).toBe('corrupt')
    },
  )

  test('is free for a new block after a delete', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    await scene.on.a.corrupt(cid)
    await rejection(scene.pool.get(cid))
    await scene.pool.delete(cid)
    expect(await scene.pool.get(cid)).toBeUndefined()
  })

  test('is returned where the operator has turned the check off', async () => {
    const scene = await poolOf({ a: {} }, { verifyGets: false })
    await scene.pool.put(block(1))
    scene.on.a.once('get', corruptAnswer)
    expect(same(await scene.pool.get(cid), bytes)).toBe(false)
  })
})
