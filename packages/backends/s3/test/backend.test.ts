import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { type Backend, blockName } from '@blockpool/core'
import { type S3Server, startQuickS3 } from '@blockpool/test-services'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { s3 } from '../src/index.ts'
import { blockOf, blocksOf, listed, namesOf } from './support/blocks.ts'
import { plainClient } from './support/client.ts'

let server: S3Server
let client: S3Client
let bucket = ''

beforeAll(async () => {
  server = await startQuickS3()
  client = plainClient(server).client
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})
beforeEach(async () => {
  bucket = await server.makeBucket()
})

async function openedAt(prefix = ''): Promise<Backend> {
  const { endpoint, region, credentials } = server
  const store = s3({ endpoint, region, credentials, bucket, prefix })
  await store.open?.()
  return store
}

const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))

describe('stores in one bucket', () => {
  test('do not see each other, however their prefixes are nested', async () => {
    const stores = await Promise.all(['', 'blocks', 'a', 'a/b', 'a/blocks'].map(openedAt))
    const blocks = await blocksOf(stores.length)
    await Promise.all(stores.map((store, i) => store.put(blocks[i] as (typeof blocks)[0])))
    for (const [i, store] of stores.entries()) {
      expect(await listed(store)).toEqual(namesOf(blocks.slice(i, i + 1)))
      expect(await store.usage?.()).toEqual({ blocks: 1, bytes: 64 })
    }
    const ids = await Promise.all(stores.map((store) => store.identity?.()))
    expect(new Set(ids).size).toBe(stores.length)
    await Promise.all(stores.map((store) => store.close?.()))
  })

  test('ignore objects that are not theirs', async () => {
    const store = await openedAt()
    const block = await blockOf()
    await store.put(block)
    for (const key of ['blocks/readme', 'blocks/ABC', 'blocks/sub/x', 'other', 'blocks/']) await put(key, 'x')
    expect(await listed(store)).toEqual(namesOf([block]))
    expect(await store.usage?.()).toEqual({ blocks: 1, bytes: 64 })
    await store.close?.()
  })
})

describe('a put', () => {
  test('heals a copy that is corrupt', async () => {
    const store = await openedAt()
    const block = await blockOf()
    await store.put(block)
    await put(`blocks/${blockName(block.cid)}`, 'corrupt')
    await store.put(block)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    await store.close?.()
  })

  test('of more than one request can carry is refused', async () => {
    const store = await openedAt()
    const { cid } = await blockOf()
    const bytes = { length: 5 * 2 ** 30 + 1 } as Uint8Array
    await expect(store.put({ cid, bytes })).rejects.toMatchObject({ code: 'ERR_BLOCK_TOO_LARGE' })
    await store.close?.()
  })

  test('and deletes of one block at once end as the last one says', async () => {
    const store = await openedAt()
    const block = await blockOf()
    await Promise.all([store.put(block), store.delete(block.cid), store.put(block), store.delete(block.cid)])
    expect(await store.has(block.cid)).toBe(false)
    await Promise.all([store.delete(block.cid), store.put(block), store.delete(block.cid), store.put(block)])
    expect(await store.has(block.cid)).toBe(true)
    await store.close?.()
  })
})

describe('a given client', () => {
  test('is used as it is and stays usable after close', async () => {
    const { client: own, sent } = plainClient(server)
    const store = s3({ client: own, bucket, prefix: 'own' })
    await store.open?.()
    const block = await blockOf()
    await store.put(block)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    expect(sent).toContain('PutObjectCommand')
    await store.close?.()
    await own.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'own/store.json' }))
    own.destroy()
  })
})

test('the URL of a store opens it, with credentials from the environment', async () => {
  const { endpoint, credentials } = server
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
  try {
    const store = s3(`s3://${bucket}/some?endpoint=${encodeURIComponent(endpoint)}`)
    await store.open?.()
    expect(await listed(store)).toEqual([])
    await store.close?.()
  } finally {
    vi.unstubAllEnvs()
  }
})
