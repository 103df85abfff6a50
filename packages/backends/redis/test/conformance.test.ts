import type { CreateBackend } from '@blockpool/conformance'
import { testBackend } from '@blockpool/conformance/vitest'
import { givenRedisUrl, type RedisServer, redisNeeded, startRedis } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe } from 'vitest'
import { storesOn } from './support/stores.ts'

const ALICE = { username: 'alice', password: 'wonderland' }

describe.runIf(redisNeeded())('redis', () => {
  let server: RedisServer
  let given: Redis

  beforeAll(async () => {
    const users = [`alice on >${ALICE.password} ~* &* +@all`]
    server = await startRedis({ unixSocket: true, tls: true, users, durable: true })
    given = new Redis(server.port)
  })
  afterAll(async () => {
    given?.disconnect()
    await server?.stop()
  })

  const onServer =
    (make: () => CreateBackend): CreateBackend =>
    () =>
      make()()

  testBackend(
    'redis over TCP',
    onServer(() => storesOn({ url: givenRedisUrl() ?? server.url })),
  )
  testBackend(
    'redis over a unix socket',
    onServer(() => storesOn({ path: server.socketPath })),
  )
  testBackend(
    'redis over TLS, as a user',
    onServer(() => storesOn({ port: server.tlsPort, ...ALICE, tls: { ca: server.certificate } })),
  )
  testBackend(
    'redis through a given client',
    onServer(() => storesOn({ client: given })),
  )
})
