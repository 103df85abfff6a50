import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Backend } from '@blockpool/core'
import { type S3Server, startQuickS3 } from '@blockpool/test-services'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { s3 } from '../src/index.ts'
import { Answers, refusal } from './support/answers.ts'
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

function store(options: { readonly create?: boolean } = {}): Backend {
  return s3({ client, bucket, ...options })
}
const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))

test('a store is made where nothing is', async () => {
  await store().open?.()
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'store.json' }))
  expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
    format: 'blockpool-s3',
    version: 1,
  })
})

test('with create: false none is made', async () => {
  await expect(store({ create: false }).open?.()).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
  await store().open?.()
  await expect(store({ create: false }).open?.()).resolves.toBeUndefined()
})

test('a bucket that does not exist is gone', async () => {
  await expect(s3({ client, bucket: 'nowhere' }).open?.()).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
})

test('blocks without their store are refused, and no id is made', async () => {
  await put('blocks/ciqcz4snxjp3biyoe3udwkwfxhrj4gywdzob7j2clzzqim3csofzqja', 'x')
  for (const _ of [1, 2]) await expect(store().open?.()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
})

test.each([
  'not JSON',
  '{}',
  '{"format":"shop","version":1,"id":"x"}',
  '{"format":"blockpool-s3","version":1,"id":""}',
  '{"format":"blockpool-s3","version":2,"id":"x"}',
])('a store.json that holds %s is refused and left as it is', async (text) => {
  await put('store.json', text)
  await expect(store().open?.()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID', retryable: false })
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'store.json' }))
  expect(await Body?.transformToString()).toBe(text)
})

describe('of several that make a store at once', () => {
  const EMPTY = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'

  test.each([
    ['the first wins where the condition is known', refusal(412, 'PreconditionFailed'), 1],
    ['one that meets another under way takes its id', refusal(409, 'ConditionalRequestConflict'), 1],
    ['a server that does not know the condition is asked without it', refusal(501, 'NotImplemented'), 2],
  ])('%s', async (_what, first, puts) => {
    const answers = new Answers()
    await answers.start()
    answers.store = undefined
    let count = 0
    answers.answer = ({ method, path }) => {
      if (method === 'PUT') {
        count++
        if (count === puts) answers.store = '{"format":"blockpool-s3","version":1,"id":"theirs"}'
        return count === 1 ? first : { status: 200 }
      }
      return path.includes('list-type') ? { status: 200, body: EMPTY } : refusal(404, 'NoSuchKey')
    }
    const backend = answers.backend()
    await backend.open?.()
    expect(await backend.identity?.()).toBe('theirs')
    expect(count).toBe(puts)
    await backend.close?.()
    answers.close()
  })
})
