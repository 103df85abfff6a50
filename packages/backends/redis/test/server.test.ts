import { inspect } from 'node:util'
import type { Backend, Durability } from '@blockpool/core'
import { type RedisOptions, redis } from '@blockpool/redis'
import { type RedisServer, redisNeeded, startRedis } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { blockOf, blocksOf, cidsOf, failureOf, listOf } from './support/blocks.ts'
import { eventually } from './support/eventually.ts'
import { ownPrefix } from './support/stores.ts'

const SECRET = 'hunter2hunter2'
const USERS = [
  `limited on >${SECRET} ~* &* +@all -config`,
  `reader on >${SECRET} ~* &* +@read +ping +info +client +hello`,
  `blind on >${SECRET} ~* &* +@all -config -info`,
]
const MAX_BYTES = 16 * 2 ** 20

describe.runIf(redisNeeded())('a redis server', () => {
  let server: RedisServer
  const opened: Backend[] = []

  beforeAll(async () => {
    server = await startRedis({ users: USERS, durable: true, config: { 'repl-diskless-sync-delay': 0 } })
  })
  beforeEach(async () => {
    for (const store of opened.splice(0)) await store.close?.()
    const plain = ['maxmemory', '0', 'maxmemory-policy', 'noeviction', 'no-appendfsync-on-rewrite', 'no']
    await server.command('config', 'set', 'appendfsync', 'always', 'appendonly', 'yes', ...plain)
  })
  afterAll(async () => {
    for (const store of opened) await store.close?.()
    await server?.stop()
  })

  async function openStore(options: RedisOptions = {}): Promise<Backend> {
    const store = redis({
      keyPrefix: ownPrefix(),
      ...('client' in options ? {} : { port: server.port }),
      ...options,
    })
    await store.open?.()
    opened.push(store)
    return store
  }

  const durabilities: readonly [Durability, string, readonly string[]][] = [
    ['power', 'that syncs each write before it answers', []],
    ['none', 'that syncs every second', ['appendfsync', 'everysec']],
    ['none', 'without an append-only file', ['appendonly', 'no']],
    ['none', 'that does not sync while the file is rewritten', ['no-appendfsync-on-rewrite', 'yes']],
  ]
  test.each(durabilities)('claims %s for a server %s', async (durability, _, settings) => {
    if (settings.length > 0) await server.command('config', 'set', ...settings)
    expect((await openStore()).traits.durability).toBe(durability)
  })

  test.each(['limited', 'blind'])(
    'claims none when the user %s may not see the configuration',
    async (username) => {
      const store = await openStore({ username, password: SECRET })
      expect(store.traits.durability).toBe('none')
    },
  )

  test.each(['limited', 'default'])('is refused as %s when it may drop blocks', async (username) => {
    await server.command('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    const login = username === 'default' ? {} : { username, password: SECRET }
    expect(await failureOf(openStore(login))).toMatchObject({ code: 'ERR_STORE_INVALID' })
    expect((await openStore({ ...login, allowEviction: true })).traits.durability).toBe('none')
  })

  test('may drop keys that expire: blocks never do', async () => {
    await server.command('config', 'set', 'maxmemory-policy', 'volatile-lru')
    expect((await openStore()).traits.durability).toBe('power')
  })

  test('that is full refuses puts with ERR_FULL; reads and deletes go on', async () => {
    const store = await openStore()
    const first = await blockOf(new Uint8Array(2 ** 20))
    await store.put(first)
    await server.command('config', 'set', 'maxmemory', String(MAX_BYTES))
    const codes: unknown[] = []
    for (let i = 1; i < 40 && codes.length === 0; i++) {
      await store.put(await blockOf(new Uint8Array(2 ** 20).fill(i))).catch(({ code }) => codes.push(code))
    }
    expect(codes).toEqual(['ERR_FULL'])
    expect((await store.usage?.())?.freeBytes).toBeLessThan(2 * 2 ** 20)
    expect(await store.get(first.cid)).toEqual(first.bytes)
    await store.delete(first.cid)
    expect(await store.has(first.cid)).toBe(false)
  })

  test.each([
    { username: 'limited', password: `wrong-${SECRET}` },
    { username: 'reader', password: SECRET },
  ])('that refuses the login %o is not asked again, and no error tells the password', async (login) => {
    const error = await failureOf(openStore(login))
    expect(error).toMatchObject({ code: 'ERR_BACKEND', retryable: false })
    expect(inspect(error, { depth: 10, showHidden: true }) + error.stack).not.toContain(SECRET)
    const store = redis({ port: server.port, ...login })
    expect(inspect(store, { depth: 10, showHidden: true })).not.toContain(SECRET)
  })

  test('with an unknown command does not show its arguments', async () => {
    await server.command('acl', 'setuser', 'old', 'on', `>${SECRET}`, '~*', '+@all')
    const renamed = await startRedis({ config: { 'rename-command': ['HELLO ""', 'AUTH ""'] } })
    onTestFinished(renamed.stop)
    const store = redis({ port: renamed.port, password: SECRET })
    const error = await failureOf(store.open?.() as Promise<void>)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET)
  })

  test('that was emptied is another store', async () => {
    const store = await openStore({ db: 3 })
    const id = await store.identity?.()
    expect(id).toBeTruthy()
    await server.command('-n', '3', 'flushdb')
    expect(await failureOf(store.identity?.() as Promise<unknown>)).toMatchObject({ code: 'ERR_STORE_GONE' })
    await store.close?.()
    const again = store.open?.({ expectedStore: id }) as Promise<void>
    expect(await failureOf(again)).toMatchObject({ code: 'ERR_STORE_GONE' })
    expect(await server.command('-n', '3', 'dbsize')).toBe('0')
    await store.open?.()
    expect(await store.identity?.()).not.toBe(id)
  })

  test('opened by many at once is one store', async () => {
    const keyPrefix = ownPrefix()
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ keyPrefix })))
    const ids = await Promise.all(stores.map((store) => store.identity?.()))
    expect(new Set(ids).size).toBe(1)
  })

  test('lists its own blocks alone, whatever else is there', async () => {
    const keyPrefix = `${ownPrefix()}*[a-z]?\\:`
    const [store, other] = [await openStore({ keyPrefix }), await openStore()]
    const [own, foreign] = [await blocksOf(5, 'own'), await blocksOf(5, 'foreign')]
    await Promise.all([...own.map((each) => store.put(each)), ...foreign.map((each) => other.put(each))])
    await server.command('set', `${keyPrefix}something-else`, '1')
    await server.command('set', `${keyPrefix}abc`, '1')
    expect(await listOf(store)).toEqual(cidsOf(own))
  })

  test('that restarts during a listing is listed again, each block once', async () => {
    const store = await openStore()
    const blocks = await blocksOf(3_000, 'restarted')
    await Promise.all(blocks.map((block) => store.put(block)))
    const found: string[] = []
    for await (const cid of store.list()) {
      if (found.push(String(cid)) !== 10) continue
      await server.kill()
      await server.start()
      while ((await store.ping?.().catch(() => 'down')) === 'down') await new Promise(setImmediate)
    }
    expect(found.sort()).toEqual(cidsOf(blocks))
  })

  test('without enough replicas refuses a write that is to be on one', async () => {
    const waitReplicas = { replicas: 1, timeoutMs: 50 }
    const store = await openStore({ waitReplicas })
    const block = await blockOf('replicated')
    const failed = await failureOf(store.put(block))
    expect(failed).toMatchObject({ code: 'ERR_BACKEND', retryable: true, unsettled: true })
    const config = { replicaof: `127.0.0.1 ${server.port}`, 'repl-diskless-sync-delay': 0 }
    const replica = await startRedis({ config })
    onTestFinished(replica.stop)
    while ((await server.command('wait', '1', '100')) !== '1');
    // A replica on a busy machine may need more than the 50 ms now and then.
    await eventually(() => store.put(block))
    expect(await replica.command('dbsize')).not.toBe('0')
    await eventually(() => store.delete(block.cid))
  })

  test('is not closed with a store that was given a client, whose own prefix is refused', async () => {
    const client = new Redis(server.port, { replyMapping: 'resp3' })
    onTestFinished(() => client.disconnect())
    const store = await openStore({ client })
    expect(store.traits.durability).toBe('power')
    await store.close?.()
    expect(String(await client.ping())).toBe('PONG')
    const prefixed = new Redis(server.port, { keyPrefix: 'mine:', lazyConnect: true })
    expect(() => redis({ client: prefixed })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    )
  })
})
