import type { Backend } from '@blockpool/core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Answers, refusal } from './support/answers.ts'
import { blockOf, listed } from './support/blocks.ts'

const server = new Answers()
let store: Backend

beforeAll(() => server.start())
afterAll(() => server.close())
beforeEach(async () => {
  store = server.backend()
  await store.open?.()
  server.asked.length = 0
})
afterEach(() => store.close?.())

const NAME = 'ciqcz4snxjp3biyoe3udwkwfxhrj4gywdzob7j2clzzqim3csofzqja'
const page = (rest: string) => ({
  status: 200,
  body: `<ListBucketResult><Contents><Key>blocks/${NAME}</Key><Size>5</Size></Contents>${rest}</ListBucketResult>`,
})

test('a put is one request with its length, signed over its bytes, without trailers', async () => {
  server.answer = () => ({ status: 200 })
  await store.put(await blockOf(new Uint8Array(100)))
  const headers = server.asked[0]?.headers ?? {}
  expect(headers['content-length']).toBe('100')
  expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  expect(headers['transfer-encoding']).toBeUndefined()
  expect(headers['x-amz-trailer']).toBeUndefined()
})

test('a listing that says it goes on, and not where, ends in an error', async () => {
  server.answer = () => page('<IsTruncated>true</IsTruncated>')
  await expect(listed(store)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
})

test('a listing that goes in circles ends in an error', async () => {
  server.answer = () =>
    page('<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>')
  await expect(listed(store)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
})

test('a listing that breaks ends in an error', async () => {
  server.answer = (_, index) =>
    index === 0
      ? page('<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>')
      : refusal(500, 'InternalError')
  await expect(listed(store)).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
})

test('a listing that is cut off in its XML ends in an error', async () => {
  server.answer = () => ({ status: 200, body: '<ListBucketResult><Contents><Key>blocks/' })
  await expect(listed(store)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
})
