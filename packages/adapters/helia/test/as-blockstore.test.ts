import { createPool, memory, PoolError } from '@blockpool/core'
import { IdentityBlockstore } from 'blockstore-core/identity'
import { CID } from 'multiformats/cid'
import { describe, expect, test } from 'vitest'
import { asBlockstore } from '../src/index.ts'
import { blockOf, blocksOf, identityBlockOf } from './support/blocks.ts'
import { all, bytesOf, errorOf } from './support/collect.ts'
import { type Failing, failing } from './support/failing.ts'

const DAG_PB = 0x70

/** A pool of one memory backend whose calls are counted and may fail. */
async function poolOfOne(): Promise<{
  readonly inner: Failing
  readonly pool: ReturnType<typeof asBlockstore>
}> {
  const inner = failing(memory())
  return { inner, pool: asBlockstore(await createPool({ backends: { a: { backend: inner.backend } } })) }
}

describe('errors', () => {
  test('what is absent is a NotFoundError', async () => {
    const { cid } = await blockOf('absent')
    const error = await errorOf(() => all(asBlockstore(memory()).get(cid)))
    expect(error).toMatchObject({ name: 'NotFoundError', code: 'ERR_NOT_FOUND' })
  })

  test.each([
    ['get', 'GetFailedError'],
    ['has', 'HasFailedError'],
    ['put', 'PutFailedError'],
    ['delete', 'DeleteFailedError'],
    ['getAll', 'GetFailedError'],
  ] as const)(
    'what is not known to %s is a %s with the code and the error of the store, never NotFound',
    async (verb, name) => {
      const inner = failing(memory())
      const blockstore = asBlockstore(inner.backend)
      const { cid, bytes } = await blockOf('somewhere')
      await blockstore.put(cid, bytes)
      inner.fails = true
      const calls = {
        get: () => all(blockstore.get(cid)),
        has: () => blockstore.has(cid),
        put: () => blockstore.put(cid, bytes),
        delete: () => blockstore.delete(cid),
        getAll: () => all(blockstore.getAll()),
      }
      const error = await errorOf(calls[verb])
      expect(error).toMatchObject({ name, code: 'ERR_BACKEND', cause: { name: 'PoolError' } })
    },
  )

  test('a store that cannot be opened is an error under the name of the call, and is tried again', async () => {
    const inner = failing(memory())
    inner.fails = true
    const blockstore = asBlockstore(inner.backend)
    const { cid } = await blockOf('closed')
    expect(await errorOf(() => blockstore.has(cid))).toMatchObject({ name: 'HasFailedError' })
    expect(await errorOf(() => blockstore.open())).toMatchObject({ name: 'OpenFailedError' })
    inner.fails = false
    expect(await blockstore.has(cid)).toBe(false)
  })

  test('words of an error that is not ours stay in its cause', async () => {
    const backend = memory()
    const secret = new Error('redis://:password@host')
    backend.has = () => Promise.reject(secret)
    const { cid } = await blockOf('secret')
    const error = await errorOf(() => asBlockstore(backend).has(cid))
    expect(error).toMatchObject({ name: 'HasFailedError', code: 'ERR_HAS_FAILED', cause: secret })
    expect(String(error)).not.toContain('password')
  })

  test('an abort rejects with the reason of the signal, whatever the store says', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const backend = memory()
    backend.get = () => {
      controller.abort(reason)
      return Promise.reject(new PoolError('ERR_BACKEND', 'cut'))
    }
    const { cid } = await blockOf('aborted')
    const { signal } = controller
    expect(await errorOf(() => all(asBlockstore(backend).get(cid, { signal })))).toBe(reason)
  })
})

describe('has', () => {
  test('is never a wrong no: a pool that cannot know throws', async () => {
    const { inner, pool } = await poolOfOne()
    const { cid, bytes } = await blockOf('there')
    await pool.put(cid, bytes)
    inner.fails = true
    expect(await errorOf(() => pool.has(cid))).toMatchObject({
      name: 'HasFailedError',
      code: 'ERR_UNAVAILABLE',
    })
    inner.fails = false
    await pool.close()
  })

  test('is never a wrong yes: a deleted block is gone', async () => {
    const blockstore = asBlockstore(memory())
    const { cid, bytes } = await blockOf('there')
    await blockstore.put(cid, bytes)
    expect(await blockstore.has(cid)).toBe(true)
    await blockstore.delete(cid)
    expect(await blockstore.has(cid)).toBe(false)
  })
})

test('a block with corrupt copies only is neither there nor absent, and a put writes it anew', async () => {
  const inner = memory()
  await using pool = await createPool({ backends: { a: { backend: inner } } })
  const blockstore = asBlockstore(pool)
  const { cid, bytes } = await blockOf('right')
  await inner.put({ cid, bytes: new Uint8Array(5) })
  for (const [call, name] of [
    [() => all(blockstore.get(cid)), 'GetFailedError'],
    [() => blockstore.has(cid), 'HasFailedError'],
  ] as const) {
    expect(await errorOf(call)).toMatchObject({ name, code: 'ERR_CORRUPT' })
  }
  await blockstore.put(cid, bytes)
  expect(await bytesOf(blockstore.get(cid))).toEqual(bytes)
})

describe('put', () => {
  test('gathers one-shot iterables once, whatever the number of copies', async () => {
    const pool = await createPool({
      copies: 2,
      backends: { a: { backend: memory() }, b: { backend: memory() } },
    })
    const { cid, bytes } = await blockOf('in three chunks')
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 2)
      yield bytes.subarray(2, 5)
      yield bytes.subarray(5)
    }
    expect(await asBlockstore(pool).put(cid, chunks())).toBe(cid)
    await pool.settled()
    for (const id of ['a', 'b'] as const) {
      pool.setHealth(id, false)
      expect(await pool.get(cid)).toEqual(bytes)
      pool.setHealth(id, true)
    }
    await pool.close()
  })

  test('refuses a stream that is larger than any block of the store', async () => {
    const pool = await createPool({ maxBlockBytes: 10, backends: { a: { backend: memory() } } })
    const { cid } = await blockOf('small')
    const endless = function* (): Generator<Uint8Array> {
      for (;;) yield new Uint8Array(4)
    }
    const error = await errorOf(() => asBlockstore(pool).put(cid, endless()))
    expect(error).toMatchObject({ name: 'PutFailedError', code: 'ERR_BLOCK_TOO_LARGE' })
    await pool.close()
  })

  test('of bytes that do not match is refused by a pool', async () => {
    const { pool } = await poolOfOne()
    const { cid } = await blockOf('one')
    const { bytes } = await blockOf('another')
    expect(await errorOf(() => pool.put(cid, bytes))).toMatchObject({
      name: 'PutFailedError',
      code: 'ERR_HASH_MISMATCH',
    })
    await pool.close()
  })

  test('ends at an abort while its stream hangs', async () => {
    const { cid } = await blockOf('never')
    const controller = new AbortController()
    const hanging = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      await new Promise(() => {})
    }
    const reason = new Error('enough')
    const put = errorOf(() => asBlockstore(memory()).put(cid, hanging(), { signal: controller.signal }))
    controller.abort(reason)
    expect(await put).toBe(reason)
  })
})

test('options that others add do not reach the store', async () => {
  const backend = memory()
  const seen: unknown[] = []
  const { has, list } = backend
  backend.has = (cid, options) => {
    seen.push(options)
    return has.call(backend, cid, options)
  }
  backend.list = (options) => {
    seen.push(options)
    return list.call(backend, options)
  }
  const blockstore = asBlockstore(backend)
  const strange: object = { partial: true, offline: true, onProgress: () => {} }
  await blockstore.has((await blockOf('x')).cid, strange)
  await all(blockstore.getAll(strange))
  expect(seen.map((options) => Object.keys(options as object))).toEqual([['signal'], ['signal']])
})

describe('getAll', () => {
  test('opens no block until its bytes are read', async () => {
    const inner = failing(memory())
    const blockstore = asBlockstore(inner.backend)
    const blocks = await blocksOf(5)
    for (const { cid, bytes } of blocks) await blockstore.put(cid, bytes)
    const pairs = await all(blockstore.getAll())
    expect(inner.calls.get).toBe(0)
    const [first] = pairs
    expect(await bytesOf(first?.bytes ?? [])).toEqual(blocks.find(({ cid }) => cid.equals(first?.cid))?.bytes)
    expect(inner.calls.get).toBe(1)
  })

  test('goes on while what it yields is deleted', async () => {
    const blockstore = asBlockstore(memory())
    for (const { cid, bytes } of await blocksOf(20)) await blockstore.put(cid, bytes)
    let listed = 0
    for await (const { cid } of blockstore.getAll()) {
      await blockstore.delete(cid)
      listed++
    }
    expect(listed).toBe(20)
    expect(await all(blockstore.getAll())).toEqual([])
  })

  test('ends in an error rather than short', async () => {
    const { inner, pool } = await poolOfOne()
    for (const { cid, bytes } of await blocksOf(3)) await pool.put(cid, bytes)
    inner.fails = true
    expect(await errorOf(() => all(pool.getAll()))).toMatchObject({ code: 'ERR_UNAVAILABLE' })
    inner.fails = false
    await pool.close()
  })
})

describe('putMany, getMany, deleteMany', () => {
  test('yield CIDs in the order that they were given', async () => {
    const blockstore = asBlockstore(memory())
    const blocks = await blocksOf(50)
    const cids = blocks.map(({ cid }) => cid)
    expect(await all(blockstore.putMany(blocks))).toEqual(cids)
    const pairs = await all(blockstore.getMany(cids))
    expect(pairs.map(({ cid }) => cid)).toEqual(cids)
    for (const [i, { bytes }] of pairs.entries()) expect(await bytesOf(bytes)).toEqual(blocks[i]?.bytes)
    expect(await all(blockstore.deleteMany(cids))).toEqual(cids)
    expect(await all(blockstore.getAll())).toEqual([])
  })

  test('streams that share a source are gathered one after another', async () => {
    const blocks = await blocksOf(5)
    let open = 0
    let most = 0
    const chunks = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      most = Math.max(most, ++open)
      yield bytes.subarray(0, 3)
      await Promise.resolve()
      yield bytes.subarray(3)
      open--
    }
    const pairs = blocks.map(({ cid, bytes }) => ({ cid, bytes: chunks(bytes) }))
    expect(await all(asBlockstore(memory()).putMany(pairs))).toHaveLength(5)
    expect(most).toBe(1)
  })

  test('a block that lacks fails where its bytes are read, and the others come', async () => {
    const blockstore = asBlockstore(memory())
    const [a, b, c] = await blocksOf(3)
    if (!a || !b || !c) throw new Error('three blocks')
    await all(blockstore.putMany([a, c]))
    const [first, lacking, last] = await all(blockstore.getMany([a.cid, b.cid, c.cid]))
    expect(await bytesOf(first?.bytes ?? [])).toEqual(a.bytes)
    expect(await errorOf(() => all(lacking?.bytes ?? []))).toMatchObject({ name: 'NotFoundError' })
    expect(await bytesOf(last?.bytes ?? [])).toEqual(c.bytes)
  })
})

describe('CIDs with the identity hash', () => {
  const { cid, bytes } = identityBlockOf('inline')
  const spellings = [cid, CID.createV1(DAG_PB, cid.multihash)]

  test.each(spellings)(
    'are always there, and nothing is stored or deleted for them: %s',
    async (spelling) => {
      const inner = failing(memory())
      for (const blockstore of [
        asBlockstore(inner.backend),
        new IdentityBlockstore(asBlockstore(inner.backend)),
      ]) {
        expect(await blockstore.has(spelling)).toBe(true)
        expect(await bytesOf(blockstore.get(spelling))).toEqual(bytes)
        expect(await blockstore.put(spelling, [bytes])).toBe(spelling)
        await blockstore.delete(spelling)
        expect(await blockstore.has(spelling)).toBe(true)
      }
      expect(inner.calls).toEqual({ get: 0, put: 0, has: 0, delete: 0, list: 0 })
    },
  )

  test('are refused with other bytes than theirs', async () => {
    const error = await errorOf(() => asBlockstore(memory()).put(cid, new Uint8Array(6)))
    expect(error).toMatchObject({ name: 'PutFailedError', code: 'ERR_HASH_MISMATCH' })
  })
})
