import { inspect } from 'node:util'
import type { Backend, Block } from '@blockpool/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Answers, refusal } from './support/answers.ts'
import { blockOf } from './support/blocks.ts'

const server = new Answers()
let store: Backend
let block: Block

beforeAll(async () => {
  await server.start()
  block = await blockOf()
})
afterAll(() => server.close())
beforeEach(async () => {
  store = server.backend()
  await store.open?.()
  server.asked.length = 0
})
afterEach(() => store.close?.())

const get = () => store.get(block.cid)
const put = () => store.put(block)

describe('what a server answers', () => {
  test('a missing object is absent', async () => {
    server.answer = () => refusal(404, 'NoSuchKey')
    expect(await get()).toBeUndefined()
    expect(await store.has(block.cid)).toBe(false)
    await expect(store.delete(block.cid)).resolves.toBeUndefined()
  })

  test('no other 404 is', async () => {
    server.answer = () => ({ status: 404, body: '<html>not found</html>' })
    await expect(get()).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    await expect(store.has(block.cid)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    server.answer = () => ({ status: 404 })
    await expect(get()).rejects.toMatchObject({ code: 'ERR_BACKEND' })
  })

  const lasting = { code: 'ERR_BACKEND', retryable: false }
  const passing = { code: 'ERR_BACKEND', retryable: true }
  test.each([
    [404, 'NoSuchBucket', { code: 'ERR_STORE_GONE' }],
    [403, 'AccessDenied', lasting],
    [403, 'InvalidAccessKeyId', lasting],
    [403, 'SignatureDoesNotMatch', lasting],
    [400, 'ExpiredToken', passing],
    [403, 'SomethingNew', lasting],
    [400, 'AuthorizationHeaderMalformed', lasting],
    [301, 'PermanentRedirect', lasting],
    [405, 'MethodNotAllowed', lasting],
    [403, 'QuotaExceeded', { code: 'ERR_FULL' }],
    [507, 'XMinioStorageFull', { code: 'ERR_FULL' }],
    [507, 'SomethingNew', { code: 'ERR_FULL' }],
    [400, 'EntityTooLarge', { code: 'ERR_BLOCK_TOO_LARGE' }],
    [400, 'RequestTimeout', passing],
    [409, 'OperationAborted', passing],
    [429, 'TooManyRequests', passing],
    [500, 'InternalError', passing],
    [503, 'SlowDown', passing],
    [503, 'ServiceUnavailable', passing],
  ])('%d %s is told as what it is', async (status, code, expected) => {
    server.answer = () => refusal(status, code)
    await expect(put()).rejects.toMatchObject(expected)
    await expect(get()).rejects.toMatchObject(expected)
  })

  test('the hint of a denial names the permission without which a missing object is denied', async () => {
    server.answer = () => refusal(403, 'AccessDenied')
    await expect(get()).rejects.toThrow('s3:ListBucket')
  })

  test.each([
    [500, 'InternalError', true],
    [504, 'GatewayTimeout', true],
    [503, 'Unknown', true],
    [503, 'SlowDown', false],
    [429, 'TooManyRequests', false],
    [403, 'AccessDenied', false],
  ])('after %d %s a write is unsettled: %s', async (status, code, unsettled) => {
    server.answer = () => refusal(status, code)
    await expect(put()).rejects.toMatchObject({ unsettled })
    await expect(store.delete(block.cid)).rejects.toMatchObject({ unsettled })
    await expect(get()).rejects.toMatchObject({ unsettled: false })
  })
})

describe('a connection', () => {
  test('that breaks leaves a write unsettled and a read not', async () => {
    server.answer = () => undefined
    await expect(put()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: true })
    await expect(get()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: false })
  })

  test('that is refused leaves nothing unsettled', async () => {
    const gone = new Answers()
    await gone.start()
    const other = gone.backend()
    await other.open?.()
    gone.close()
    await expect(other.put(block)).rejects.toMatchObject({ retryable: true, unsettled: false })
    await other.close?.()
  })
})

describe('secrets', () => {
  test('are in no error, whatever the server repeats of the request', async () => {
    server.answer = ({ headers }) => ({
      status: 403,
      headers: { 'x-echo': `${headers.authorization}` },
      body:
        '<Error><Code>SignatureDoesNotMatch</Code><Message>SECRET-SECRET does not match</Message>' +
        `<AWSAccessKeyId>id</AWSAccessKeyId><CanonicalRequest>${headers.authorization} TOKEN-TOKEN</CanonicalRequest></Error>`,
    })
    const credentials = { accessKeyId: 'id', secretAccessKey: 'SECRET-SECRET', sessionToken: 'TOKEN-TOKEN' }
    const other = server.backend({ credentials })
    await other.open?.()
    for (const call of [() => other.get(block.cid), () => other.put(block), () => other.delete(block.cid)]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown)
      const shown = inspect(error, { depth: 10, showHidden: true })
      for (const secret of ['SECRET-SECRET', 'TOKEN-TOKEN', 'Signature=', 'AWS4-HMAC'])
        expect(shown).not.toContain(secret)
      expect(error).toMatchObject({ cause: { name: 'SignatureDoesNotMatch', status: 403 } })
    }
    await other.close?.()
  })

  test('are in no backend that is shown', () => {
    expect(inspect(store, { depth: 10 })).not.toContain('SECRET')
  })
})
