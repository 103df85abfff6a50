import type { Backend, Block } from '@blockpool/core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, Answers, refusal } from './support/answers.ts'
import { blockOf } from './support/blocks.ts'

const server = new Answers()
let store: Backend
let block: Block

beforeAll(async () => {
  await server.start()
  block = await blockOf(new TextEncoder().encode('hello'))
})
afterAll(() => server.close())
beforeEach(async () => {
  store = server.backend()
  await store.open?.()
  server.asked.length = 0
})
afterEach(() => store.close?.())

const ok: Answer = { status: 200, body: 'hello' }
const firstThen = (first: Answer | undefined, then: Answer) => {
  server.answer = (_, index) => (index === 0 ? first : then)
}

test('a read is sent once more after a hiccup', async () => {
  for (const hiccup of [refusal(500, 'InternalError'), refusal(503, 'SlowDown'), undefined]) {
    server.asked.length = 0
    firstThen(hiccup, ok)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    expect(server.asked).toHaveLength(2)
  }
})

test('a body that is cut short is never handed out, and read again', async () => {
  firstThen({ status: 200, headers: { 'content-length': '9', connection: 'close' }, body: 'hello' }, ok)
  expect(await store.get(block.cid)).toEqual(block.bytes)
  server.answer = () => ({
    status: 200,
    headers: { 'content-length': '9', connection: 'close' },
    body: 'hello',
  })
  await expect(store.get(block.cid)).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
})

test('a write is sent once more where the server has refused it', async () => {
  firstThen(refusal(503, 'SlowDown'), { status: 200 })
  await store.put(block)
  expect(server.asked).toHaveLength(2)
})

test('a write that may still land is not sent again', async () => {
  for (const end of [undefined, refusal(500, 'InternalError')]) {
    server.asked.length = 0
    firstThen(end, { status: 200 })
    await expect(store.put(block)).rejects.toMatchObject({ unsettled: true })
    expect(server.asked).toHaveLength(1)
  }
})

test('a denial is not asked twice', async () => {
  server.answer = () => refusal(403, 'AccessDenied')
  await expect(store.get(block.cid)).rejects.toMatchObject({ retryable: false })
  expect(server.asked).toHaveLength(1)
})

test('a short Retry-After is waited for', async () => {
  firstThen(refusal(503, 'SlowDown', { 'retry-after': '1' }), ok)
  const began = performance.now()
  expect(await store.get(block.cid)).toEqual(block.bytes)
  expect(performance.now() - began).toBeGreaterThan(900)
})

test('a long Retry-After is told at once', async () => {
  firstThen(refusal(429, 'TooManyRequests', { 'retry-after': '60' }), ok)
  await expect(store.get(block.cid)).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
  expect(server.asked).toHaveLength(1)
})

test('an abort ends the wait for another try', async () => {
  firstThen(refusal(503, 'SlowDown', { 'retry-after': '2' }), ok)
  const controller = new AbortController()
  const reason = new Error('enough')
  const getting = store.get(block.cid, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 50)
  await expect(getting).rejects.toBe(reason)
  expect(server.asked).toHaveLength(1)
})

test('a clock that is wrong is set right by the answer; one that stays wrong is an error', async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString()
  firstThen(refusal(403, 'RequestTimeTooSkewed', { date }), ok)
  expect(await store.get(block.cid)).toEqual(block.bytes)
  const [before = '', after = ''] = server.asked.map(({ headers }) => String(headers['x-amz-date']))
  expect(after < before).toBe(true)
  server.asked.length = 0
  server.answer = () => refusal(403, 'RequestTimeTooSkewed', { date })
  await expect(store.get(block.cid)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
  expect(server.asked.length).toBeLessThanOrEqual(2)
})
