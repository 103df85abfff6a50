import { describe, expect, test } from 'vitest'
import { type RedisOptions, resolveOptions } from '../src/options.ts'

const nodes = [{ host: 'a', port: 1 }]
const client = {
  status: 'ready',
  options: {},
  callBuffer: async () => '',
  pipeline: () => ({ exec: async () => [] }),
}

describe('options', () => {
  test('default to the local server and a prefix', () => {
    expect(resolveOptions({})).toMatchObject({
      name: 'redis 127.0.0.1:6379/0',
      keyPrefix: 'blockpool:',
      replyTimeoutMs: 5_000,
      allowEviction: false,
    })
  })

  test.each<[string, RedisOptions]>([
    ['redis cache:7000/3', { host: 'cache', port: 7_000, db: 3, password: 'hidden' }],
    ['redis /run/redis.sock 0', { path: '/run/redis.sock' }],
    ['redis main of a:1', { sentinel: { name: 'main', nodes, password: 'hidden' } }],
    ['redis cluster a:1', { cluster: { nodes }, password: 'hidden' }],
    ['the given redis client', { client }],
    ['redis cache:6379/2', { url: 'redis://user:hidden@cache/2' }],
  ])('name the store %s, without what is secret', (name, options) => {
    expect(resolveOptions(options).name).toBe(name)
  })

  test.each([
    { replyTimeoutMs: 0 },
    { replyTimeoutMs: Number.NaN },
    { keyPrefix: 1 },
    { db: -1 },
    { db: 1.5 },
    { cluster: { nodes: [] } },
    { cluster: { nodes }, db: 1 },
    { sentinel: { name: 'main', nodes: [] } },
    { sentinel: { name: 'main', nodes }, host: 'a' },
    { path: '/run/redis.sock', port: 1 },
    { client, host: 'a' },
    { client: { ...client, options: { keyPrefix: 'mine:' } } },
    { waitReplicas: { replicas: 0, timeoutMs: 10 } },
    { waitReplicas: { replicas: 1, timeoutMs: 5_000 } },
  ])('refuse %j', (options) => {
    expect(() => resolveOptions(options as RedisOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    )
  })
})
