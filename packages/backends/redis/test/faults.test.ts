import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '@blockpool/core'
import { type RedisOptions, redis } from '@blockpool/redis'
import {
  type RedisServer,
  redisNeeded,
  startProxy,
  startRedis,
  type TcpProxy,
} from '@blockpool/test-services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { blockOf, blocksOf, failureOf } from './support/blocks.ts'
import { eventually } from './support/eventually.ts'
import { ownPrefix } from './support/stores.ts'

const REPLY_MS = 400

describe.runIf(redisNeeded())('redis over a connection that fails', () => {
  let server: RedisServer
  let proxy: TcpProxy
  let store: Backend

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    proxy = await startProxy(server.port)
    store = throughProxy()
    await store.open?.()
  })
  afterEach(async () => {
    await store.close?.()
    await proxy.close()
  })

  function throughProxy(options: RedisOptions = {}): Backend {
    return redis({ port: proxy.port, keyPrefix: ownPrefix(), replyTimeoutMs: REPLY_MS, ...options })
  }

  test('what is sent and cut off may still take effect, what is not sent never will', async () => {
    const [before, after] = [await blockOf('before'), await blockOf('after')]
    proxy.stall()
    const cut = failureOf(store.put(before))
    const read = failureOf(store.get(before.cid))
    await sleep(50)
    proxy.cut()
    expect(await cut).toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: true })
    expect(await read).toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: false })
    const refused = await failureOf(store.put(after))
    expect(refused).toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: false })
  })

  test.each(['cut', 'reset'] as const)('recovers by itself from a %s', async (how) => {
    const block = await blockOf(how)
    await store.put(block)
    proxy[how]()
    await sleep(20)
    proxy.restore()
    expect(await eventually(async () => Buffer.from((await store.get(block.cid)) ?? ''))).toEqual(
      Buffer.from(block.bytes),
    )
  })

  test('a server that hangs is given up after replyTimeoutMs, and used again when it answers', async () => {
    const block = await blockOf('hang')
    proxy.stall()
    expect(await failureOf(store.get(block.cid))).toMatchObject({ retryable: true, unsettled: false })
    const put = await failureOf(store.put(block))
    expect(put).toMatchObject({ retryable: true })
    const calls: unknown[] = [store.identity?.(), store.ping?.(), store.usage?.(), store.readNote?.()]
    for (const call of calls) {
      expect(await failureOf(call as Promise<unknown>)).toMatchObject({ retryable: true })
    }
    proxy.restore()
    await eventually(() => store.put(block))
    expect(await store.has(block.cid)).toBe(true)
  })

  test('an abort is heard while the server hangs', async () => {
    const [sent, waiting] = [await blockOf('sent'), await blockOf('waiting')]
    proxy.stall()
    const signal = AbortSignal.timeout(30)
    const calls = [
      store.put(sent, { signal }),
      store.delete(sent.cid, { signal }),
      store.get(waiting.cid, { signal }),
      store.has(waiting.cid, { signal }),
      store.list({ signal })[Symbol.asyncIterator]().next(),
      store.identity?.({ signal }),
    ]
    const reasons = await Promise.all(calls.map((call) => call?.catch((error: unknown) => error)))
    expect(reasons.every((reason) => reason === signal.reason)).toBe(true)
  })

  test('a slow server is waited for', async () => {
    const blocks = await blocksOf(300, 'slow')
    proxy.slow(30)
    await Promise.all(blocks.map((block) => store.put(block)))
    const found = await Promise.all(blocks.map(({ cid }) => store.has(cid)))
    expect(found.every((each) => each)).toBe(true)
  })

  test('close ends while the server hangs', async () => {
    const put = blockOf('closing').then((block) => failureOf(store.put(block)))
    proxy.stall()
    await sleep(20)
    await store.close?.()
    expect(await put).toMatchObject({ retryable: true })
  })

  test('a listing that loses the server ends in an error', async () => {
    for (const block of await blocksOf(20, 'listed')) await store.put(block)
    proxy.stall()
    const listing = failureOf(store.list()[Symbol.asyncIterator]().next())
    await sleep(20)
    proxy.cut()
    expect(await listing).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
  })

  test('opening a server that is down, or hangs, fails as retryable and works later', async () => {
    const other = throughProxy()
    proxy.cut()
    expect(await failureOf(other.open?.() as Promise<void>)).toMatchObject({
      code: 'ERR_BACKEND',
      retryable: true,
    })
    proxy.restore()
    proxy.stall()
    expect(await failureOf(other.open?.() as Promise<void>)).toMatchObject({ retryable: true })
    const signal = AbortSignal.timeout(30)
    const reason = await other.open?.({ signal }).catch((error: unknown) => error)
    expect(reason).toBe(signal.reason)
    proxy.restore()
    await other.open?.()
    await other.close?.()
  })
})
