import { testBackend } from '@blockpool/conformance/vitest'
import type { Block } from '@blockpool/core'
import { redis } from '@blockpool/redis'
import { freePorts, type RedisSentinel, redisNeeded, startSentinel } from '@blockpool/test-services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf, cidsOf, failureOf, listOf } from './support/blocks.ts'
import { eventually, eventuallyFails } from './support/eventually.ts'
import { storesOn } from './support/stores.ts'

describe.runIf(redisNeeded())('redis behind sentinels', () => {
  let sentinel: RedisSentinel

  beforeAll(async () => {
    sentinel = await startSentinel()
  })
  afterAll(async () => {
    await sentinel?.stop()
  })

  testBackend('redis behind sentinels', () =>
    storesOn({ sentinel: { name: sentinel.name, nodes: sentinel.sentinels } })(),
  )

  test('used again without a word when the sentinels have named another master', async () => {
    const { name, sentinels: nodes, servers } = sentinel
    const store = redis({ sentinel: { name, nodes }, replyTimeoutMs: 1_000 })
    await store.open?.()
    expect(store.traits.durability).toBe('none')
    const blocks = await blocksOf(50, 'failing over')
    await Promise.all(blocks.map((block) => store.put(block)))
    await sentinel.command(0, 'wait', '1', '1000')
    const id = await store.identity?.()
    await servers[0].kill()
    const failed = await failureOf(eventuallyFails(() => store.has((blocks[0] as Block).cid)))
    expect(failed).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    await eventually(() => store.put(blocks[0] as Block))
    expect(await listOf(store)).toEqual(cidsOf(blocks))
    expect(await store.identity?.()).toBe(id)
    await store.close?.()
  })

  test('opening without a sentinel that answers fails as retryable', async () => {
    const [port = 0] = await freePorts(1)
    const store = redis({ sentinel: { name: 'blocks', nodes: [{ host: '127.0.0.1', port }] } })
    expect(await failureOf(store.open?.() as Promise<void>)).toMatchObject({
      code: 'ERR_BACKEND',
      retryable: true,
    })
  })
})
