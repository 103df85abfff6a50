import { type Backend, blockName } from '@blockpool/core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Answers, refusal } from './support/answers.ts'
import { blocksOf } from './support/blocks.ts'

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

const deleted = '<DeleteResult></DeleteResult>'
const methods = () =>
  server.asked.map(({ method, path }) => `${method}${path.includes('?delete') ? ' delete' : ''}`)

test('one goes alone', async () => {
  server.answer = () => ({ status: 204 })
  const [block] = await blocksOf(1)
  if (block) await store.delete(block.cid)
  expect(methods()).toEqual(['DELETE'])
})

test('those of one turn go together, 1,000 at most', async () => {
  server.answer = () => ({ status: 200, body: deleted })
  const blocks = await blocksOf(1_500)
  await Promise.all(blocks.map(({ cid }) => store.delete(cid)))
  expect(methods()).toEqual(['POST delete', 'POST delete'])
})

test('one that fails among many fails alone', async () => {
  const blocks = await blocksOf(3)
  const names = blocks.map(({ cid }) => blockName(cid))
  server.answer = () => {
    const name = `blocks/${names[1]}`
    return {
      status: 200,
      body: `<DeleteResult><Error><Key>${name}</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`,
    }
  }
  const ends = await Promise.allSettled(blocks.map(({ cid }) => store.delete(cid)))
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(ends[1]).toMatchObject({ reason: { code: 'ERR_BACKEND', retryable: false } })
})

test.each([
  [400, 'MissingContentMD5'],
  [400, 'InvalidRequest'],
  [501, 'NotImplemented'],
  [405, 'MethodNotAllowed'],
])('a server that answers %d %s to many gets them one by one, from then on', async (status, code) => {
  server.answer = ({ method }) => (method === 'POST' ? refusal(status, code) : { status: 204 })
  const blocks = await blocksOf(3)
  await Promise.all(blocks.map(({ cid }) => store.delete(cid)))
  expect(methods()).toEqual(['POST delete', 'DELETE', 'DELETE', 'DELETE'])
  server.asked.length = 0
  await Promise.all(blocks.map(({ cid }) => store.delete(cid)))
  expect(methods()).toEqual(['DELETE', 'DELETE', 'DELETE'])
})

test('all share what the whole request fails with', async () => {
  server.answer = () => undefined
  const ends = await Promise.allSettled((await blocksOf(3)).map(({ cid }) => store.delete(cid)))
  for (const end of ends) expect(end).toMatchObject({ reason: { code: 'ERR_BACKEND', unsettled: true } })
})

test('one that is aborted before it is sent is not sent', async () => {
  server.answer = () => ({ status: 204 })
  const [first, second] = await blocksOf(2)
  if (!first || !second) return
  const controller = new AbortController()
  const deleting = store.delete(first.cid, { signal: controller.signal })
  const other = store.delete(second.cid)
  controller.abort(new Error('enough'))
  await expect(deleting).rejects.toThrow('enough')
  await other
  expect(methods()).toEqual(['DELETE'])
})
