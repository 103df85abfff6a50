import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { redisNeeded, startRedis, startRedisCluster, startSentinel } from '../../src/index.ts'

describe.runIf(redisNeeded())('Redis for tests', () => {
  test('a durable server has what it had after kill -9, on the same port', async () => {
    const server = await startRedis({ durable: true })
    try {
      await server.command('set', 'key', 'value')
      await server.kill()
      await server.start()
      expect(await server.command('get', 'key')).toBe('value')
    } finally {
      await server.stop()
    }
  })

  test('a server with a password, users, TLS and a socket starts', async () => {
    const users = ['alice on >secret ~* &* +@all']
    const server = await startRedis({ password: 'hidden', users, tls: true, unixSocket: true })
    try {
      expect(await server.command('acl', 'list')).toContain('user alice')
      expect(server.certificate).toContain('BEGIN CERTIFICATE')
    } finally {
      await server.stop()
    }
  })

  test('in a cluster a replica takes over from a master that was killed', async () => {
    const cluster = await startRedisCluster()
    try {
      expect(await cluster.ownerOf(0)).toBe(0)
      await cluster.processes[0]?.kill()
      const deadline = performance.now() + 15_000
      while ((await cluster.ownerOf(0, 1)) === 0 && performance.now() < deadline) await sleep(50)
      expect(await cluster.ownerOf(0, 1)).toBeGreaterThan(2)
    } finally {
      await cluster.stop()
    }
  })

  test('sentinels name the replica after the master was killed', async () => {
    const sentinel = await startSentinel()
    try {
      const [master, replica] = sentinel.servers
      expect(await sentinel.masterPort()).toBe(master.port)
      await master.kill()
      const deadline = performance.now() + 15_000
      while ((await sentinel.masterPort()) === master.port && performance.now() < deadline) await sleep(50)
      expect(await sentinel.masterPort()).toBe(replica.port)
    } finally {
      await sentinel.stop()
    }
  })
})
