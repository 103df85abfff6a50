import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { DeleteBucketCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { testBackend } from '@blockpool/conformance/vitest'
import { type Backend, type Block, createPool } from '@blockpool/core'
import {
  type CephServer,
  cephNeeded,
  type S3Credentials,
  startCeph,
  startProxy,
  type TcpProxy,
} from '@blockpool/test-services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { s3 } from '../src/index.ts'
import { blockOf, blocksOf, listed, namesOf } from './support/blocks.ts'
import { plainClient } from './support/client.ts'

// One file for all that needs a real server: it takes 15 s to start.
const there = cephNeeded()
let server: CephServer
let bucket = ''
let client: S3Client
const opened: Backend[] = []

beforeAll(async () => {
  if (!there) return
  server = await startCeph()
  bucket = await server.makeBucket()
  client = plainClient(server).client
}, 120_000)
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close?.()
})
afterAll(async () => {
  client?.destroy()
  await server?.stop()
})

interface Where {
  readonly bucket?: string
  readonly prefix?: string
  readonly endpoint?: string
  readonly credentials?: S3Credentials
}

function storeAt(where: Where = {}): Backend {
  const { endpoint, region, credentials } = server
  const store = s3({
    endpoint,
    region,
    credentials,
    bucket,
    prefix: randomBytes(8).toString('hex'),
    ...where,
  })
  opened.push(store)
  return store
}

async function openedAt(where?: Where): Promise<Backend> {
  const store = storeAt(where)
  await store.open?.()
  return store
}

const all: ReadonlyArray<readonly [string, (store: Backend, block: Block) => Promise<unknown>]> = [
  ['get', (store, { cid }) => store.get(cid)],
  ['has', (store, { cid }) => store.has(cid)],
  ['put', (store, block) => store.put(block)],
  ['delete', (store, { cid }) => store.delete(cid)],
  ['list', (store) => listed(store)],
  ['identity', async (store) => store.identity?.()],
  ['ping', async (store) => store.ping?.()],
  ['usage', async (store) => store.usage?.()],
  ['readNote', async (store) => store.readNote?.()],
  ['writeNote', async (store) => store.writeNote?.('note')],
]

describe.runIf(there)('on Ceph', () => {
  testBackend('s3 on Ceph', async () => {
    const prefix = randomBytes(8).toString('hex')
    const create = () => {
      const { endpoint, region, credentials } = server
      return s3({ endpoint, region, credentials, bucket, prefix })
    }
    return { backend: create(), reopen: async () => create() }
  })

  test('made by many at once, it is one store with one id', async () => {
    const prefix = 'race'
    const stores = await Promise.all(Array.from({ length: 8 }, () => openedAt({ prefix })))
    const ids = await Promise.all(stores.map((store) => store.identity?.()))
    expect(new Set(ids).size).toBe(1)
  })

  test('deletes of one turn go together', async () => {
    const { client: own, sent } = plainClient(server)
    const store = s3({ client: own, bucket, prefix: 'together' })
    await store.open?.()
    const blocks = await blocksOf(20)
    await Promise.all(blocks.map((block) => store.put(block)))
    sent.length = 0
    await Promise.all(blocks.map(({ cid }) => store.delete(cid)))
    expect(sent).toEqual(['DeleteObjectsCommand'])
    expect(await listed(store)).toEqual([])
    await store.close?.()
    own.destroy()
  })

  test('objects with hostile names do not disturb a listing', async () => {
    const store = await openedAt({ prefix: 'hostile' })
    const blocks = await blocksOf(3)
    await Promise.all(blocks.map((block) => store.put(block)))
    for (const name of ['\u0001', 'ä €&<>', 'a+b%2F', 'nested/x', namesOf(blocks)[0]]) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `hostile/blocks/${name}`, Body: 'x' }))
    }
    expect(await listed(store)).toEqual(namesOf(blocks))
  })

  test('bytes that change on their way are refused by the signature, without a checksum beside it', async () => {
    const { client: own } = plainClient(server)
    own.config.requestChecksumCalculation = async () => 'WHEN_REQUIRED'
    own.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { method: string; body: unknown }
        if (request.method === 'PUT' && request.body instanceof Uint8Array && request.body.length === 1_000)
          request.body = new Uint8Array(1_000)
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low', name: 'flips' },
    )
    const store = s3({ client: own, bucket, prefix: 'flips' })
    await store.open?.()
    const block = await blockOf(randomBytes(1_000))
    await expect(store.put(block)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    expect(await store.has(block.cid)).toBe(false)
    own.destroy()
  })

  describe('access', () => {
    test('an unknown key and a wrong secret are errors that no retry helps, and keep the secret', async () => {
      const secretAccessKey = 'SECRET-SECRET-SECRET'
      for (const accessKeyId of ['nobody', server.credentials.accessKeyId]) {
        const store = storeAt({ credentials: { accessKeyId, secretAccessKey } })
        const error: unknown = await store.open?.().catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ code: 'ERR_BACKEND', retryable: false })
        const shown = inspect(error, { depth: 10, showHidden: true })
        for (const secret of [secretAccessKey, 'Signature=', 'authorization'])
          expect(shown).not.toContain(secret)
      }
    })

    test('what may not be read is not absent', async () => {
      const own = await openedAt({ prefix: 'private' })
      const block = await blockOf()
      await own.put(block)
      await own.close?.()
      const stranger = await server.makeUser()
      const store = storeAt({ prefix: 'private', credentials: stranger })
      await expect(store.open?.()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
    })
  })

  describe('a store that is gone', () => {
    test('a bucket that is deleted under an open store is gone for every verb, and nothing is absent', async () => {
      const own = await server.makeBucket()
      const store = await openedAt({ bucket: own, prefix: '' })
      await client.send(new DeleteObjectCommand({ Bucket: own, Key: 'store.json' }))
      await client.send(new DeleteBucketCommand({ Bucket: own }))
      const block = await blockOf()
      for (const [verb, call] of all) {
        await expect(call(store, block), verb).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
      }
      const many = await blocksOf(3)
      const deletes = await Promise.allSettled(many.map(({ cid }) => store.delete(cid)))
      for (const end of deletes) expect(end).toMatchObject({ reason: { code: 'ERR_STORE_GONE' } })
    })

    test('no other is made where one is expected', async () => {
      const store = storeAt()
      const opening = store.open?.({ expectedStore: 'the one before' })
      await expect(opening).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
      await expect(store.open?.()).resolves.toBeUndefined()
    })

    test('a store that was swapped answers no absence in a pool', async () => {
      const store = storeAt({ prefix: 'swapped' })
      await using pool = await createPool({ backends: { cloud: { backend: store } } })
      const { cid } = await blockOf()
      expect(await pool.has(cid)).toBe(false)
      const Body = JSON.stringify({ format: 'blockpool-s3', version: 1, id: 'another' })
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'swapped/store.json', Body }))
      await expect
        .poll(() => pool.has(cid).catch((error: unknown) => (error as { code: string }).code), {
          timeout: 5_000,
        })
        .toBe('ERR_UNAVAILABLE')
    })
  })

  describe('faults', () => {
    let proxy: TcpProxy
    beforeEach(async () => {
      proxy = await startProxy(Number(new URL(server.endpoint).port))
    })
    afterEach(() => proxy.close())
    const through = () => openedAt({ endpoint: `http://127.0.0.1:${proxy.port}` })

    test('a server that is down is a retryable error, and is used again when it is back', async () => {
      const store = await through()
      const block = await blockOf()
      proxy.cut()
      for (const [verb, call] of all) {
        await expect(call(store, block), verb).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
      }
      proxy.restore()
      await store.put(block)
      expect(await store.get(block.cid)).toEqual(block.bytes)
    })

    test('a put whose connection breaks under way is unsettled', async () => {
      const store = await through()
      proxy.stall()
      const putting = store.put(await blockOf())
      await new Promise((resolve) => setTimeout(resolve, 100))
      proxy.reset()
      await expect(putting).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: true })
    })

    test('a get whose connection breaks under way is asked again', async () => {
      const store = await through()
      const block = await blockOf()
      await store.put(block)
      proxy.stall()
      const getting = store.get(block.cid)
      await new Promise((resolve) => setTimeout(resolve, 100))
      proxy.restore()
      proxy.reset()
      expect(await getting).toEqual(block.bytes)
    })

    test('a server that hangs holds nobody who gives up, and what comes after has the last word', async () => {
      const store = await through()
      const [known, block] = [await blockOf(), await blockOf()]
      await store.put(known)
      proxy.stall()
      for (const verb of ['get', 'has', 'delete'] as const) {
        const given = store[verb](known.cid, { signal: AbortSignal.timeout(100) })
        await expect(given).rejects.toMatchObject({ name: 'TimeoutError' })
      }
      const signal = AbortSignal.timeout(100)
      await expect(store.put(block, { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
      const deleting = store.delete(block.cid)
      const putting = store.put(known)
      proxy.restore()
      await Promise.all([deleting, putting])
      expect(await listed(store)).toEqual(namesOf([known]))
    })

    test('a slow server is slow, and right', async () => {
      const store = await through()
      const blocks = await blocksOf(10, 5_000)
      proxy.slow(30)
      await Promise.all(blocks.map((block) => store.put(block)))
      const got = await Promise.all(blocks.map(({ cid }) => store.get(cid)))
      expect(got).toEqual(blocks.map(({ bytes }) => bytes))
    })
  })

  test('a gateway that is killed under load and comes back loses no acknowledged put', {
    timeout: 60_000,
  }, async () => {
    const store = await openedAt()
    const acknowledged: Block[] = []
    const failed: unknown[] = []
    let going = true
    const writer = async (): Promise<void> => {
      while (going) {
        const block = await blockOf(randomBytes(1_000))
        await store.put(block).then(
          () => acknowledged.push(block),
          (error: unknown) => failed.push(error),
        )
        if (failed.length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const writers = Array.from({ length: 8 }, writer)
    const progress = (from: number) =>
      expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(from)
    for (let round = 0; round < 2; round++) {
      await progress(acknowledged.length + 50)
      await server.killGateway()
      await new Promise((resolve) => setTimeout(resolve, 100))
      await server.startGateway()
    }
    await progress(acknowledged.length + 50)
    going = false
    await Promise.all(writers)
    expect(failed.length).toBeGreaterThan(0)
    for (const error of failed) expect(error).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    const names = new Set(await listed(store))
    for (const { cid, bytes } of acknowledged) {
      expect(names.has(`${cid}`)).toBe(true)
      expect(await store.get(cid)).toEqual(bytes)
    }
  })
})
