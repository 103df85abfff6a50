import { testBackend } from '@blockpool/conformance/vitest'
import { type RedisCluster, redisNeeded, startRedisCluster } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe } from 'vitest'
import { storesOn } from './support/stores.ts'

describe.runIf(redisNeeded())('redis cluster', () => {
  let cluster: RedisCluster
  let given: InstanceType<typeof Redis.Cluster>

  beforeAll(async () => {
    cluster = await startRedisCluster()
    given = new Redis.Cluster([...cluster.nodes])
  })
  afterAll(async () => {
    given?.disconnect()
    await cluster?.stop()
  })

  testBackend('redis cluster', () => storesOn({ cluster: { nodes: cluster.nodes.slice(0, 1) } })())
  testBackend('redis cluster through a given client', () => storesOn({ client: given })())
})
