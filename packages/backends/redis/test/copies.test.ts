import { redis } from '@blockpool/redis'
import { type RedisServer, redisNeeded, startRedis } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockOf } from './support/blocks.ts'

describe.runIf(redisNeeded())('ioredis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  test('gets the bytes of a put and gives those of a get: none is copied between', async () => {
    const client = new Redis(server.port)
    const sent: unknown[] = []
    const received: unknown[] = []
    const callBuffer = client.callBuffer.bind(client) as (
      command: string,
      args: unknown[],
    ) => Promise<unknown>
    client.callBuffer = (async (command: string, args: unknown[]) => {
      sent.push(...args)
      const answer = await callBuffer(command, args)
      received.push(...[answer].flat())
      return answer
    }) as never
    const store = redis({ client })
    await store.open?.()
    const { cid, bytes } = await blockOf('not copied')
    await store.put({ cid, bytes })
    const found = await store.get(cid)
    await store.close?.()
    client.disconnect()
    expect(found).toEqual(bytes)
    expect(sent.filter((value) => isView(value, bytes))).toHaveLength(1)
    expect(received.filter((value) => isView(value, found))).toHaveLength(1)
  })

  test('no call makes the signal that says whether it was given up', async () => {
    const store = redis({ port: server.port })
    await store.open?.()
    let made = 0
    const options = {
      aborted: false,
      get signal() {
        made++
        return undefined
      },
    }
    const one = await blockOf('no signal')
    await store.put(one, options)
    await store.get(one.cid, options)
    await store.has(one.cid, options)
    await store.delete(one.cid, options)
    await store.close?.()
    expect(made).toBe(0)
  })
})

/** The same memory, from the same place on. */
function isView(value: unknown, bytes: Uint8Array | undefined): boolean {
  if (!(value instanceof Uint8Array)) return false
  return value.buffer === bytes?.buffer && value.byteOffset === bytes.byteOffset
}
