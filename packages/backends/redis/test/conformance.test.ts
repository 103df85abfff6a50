import { testBackend } from '@blockpool/conformance/vitest'
import { redis } from '@blockpool/redis'
import { givenRedisUrl, type RedisServer, redisNeeded, startRedis } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockOf } from './support/blocks.ts'
import { storesOn } from './support/stores.ts'

const ALICE = { username: 'alice', password: 'wonderland' }

describe.runIf(redisNeeded())('redis', () => {
  let durable: RedisServer
  let server: RedisServer
  let given: Redis

  beforeAll(async () => {
    const users = [`alice on >${ALICE.password} ~* &* +@all`]
    durable = await startRedis({ durable: true })
    server = await startRedis({ unixSocket: true, tls: true, users })
    given = new Redis(server.port)
  })
  afterAll(async () => {
    given?.disconnect()
    await Promise.all([durable?.stop(), server?.stop()])
  })

  testBackend('redis over TCP', () => {
    const url = givenRedisUrl()
    return url === undefined ? storesOn({ url: durable.url })() : storesOn({ url }, url)()
  })
  testBackend('redis over TLS, as a user', () =>
    storesOn({ port: server.tlsPort, ...ALICE, tls: { ca: server.certificate } })(),
  )
  testBackend('redis through a given client', () => storesOn({ client: given })())

  test('over a unix socket', async () => {
    const store = redis(`redis+unix://${server.socketPath}?db=2`)
    await store.open?.()
    const block = await blockOf('through a socket')
    await store.put(block)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    expect(await server.command('-n', '2', 'dbsize')).toBe('2')
    await store.close?.()
  })
})
