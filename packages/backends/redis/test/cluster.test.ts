import { testBackend } from '@blockpool/conformance/vitest'
import type { Backend } from '@blockpool/core'
import { redis } from '@blockpool/redis'
import { type RedisCluster, redisNeeded, startRedisCluster } from '@blockpool/test-services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slotOf } from '../src/slot.ts'
import { blockOf, blocksOf, cidsOf, failureOf, listOf } from './support/blocks.ts'
import { eventually } from './support/eventually.ts'
import { ownPrefix, storesOn } from './support/stores.ts'

const SLOT = 5_000

describe.runIf(redisNeeded())('a redis cluster', () => {
  let cluster: RedisCluster
  let given: InstanceType<typeof Redis.Cluster>
  const opened: Backend[] = []

  beforeAll(async () => {
    cluster = await startRedisCluster()
    given = new Redis.Cluster([...cluster.nodes])
  })
  afterAll(async () => {
    given?.disconnect()
    for (const store of opened) await store.close?.()
    await cluster?.stop()
  })

  testBackend('redis cluster', () => storesOn({ cluster: { nodes: cluster.nodes.slice(0, 1) } })())
  testBackend('redis cluster through a given client', () => storesOn({ client: given })())

  async function openStore(keyPrefix = ownPrefix(), replyTimeoutMs = 2_000): Promise<Backend> {
    const store = redis({ cluster: { nodes: cluster.nodes }, keyPrefix, replyTimeoutMs })
    await store.open?.()
    opened.push(store)
    return store
  }

  /** Tells both masters that a slot is on its way; what was there is still served by the first. */
  async function migrating(slot: number, from: number, to: number): Promise<() => Promise<void>> {
    const [source, target] = await Promise.all(
      [from, to].map((node) => cluster.command(node, 'cluster', 'myid')),
    )
    await cluster.command(to, 'cluster', 'setslot', String(slot), 'importing', source ?? '')
    await cluster.command(from, 'cluster', 'setslot', String(slot), 'migrating', target ?? '')
    return async () => {
      const port = String(cluster.processes[to]?.port)
      const keys = (await cluster.command(from, 'cluster', 'getkeysinslot', String(slot), '1000')).split('\n')
      const present = keys.filter((key) => key !== '')
      const args = ['127.0.0.1', port, '', '0', '5000', 'keys', ...present]
      if (present.length > 0) await cluster.command(from, 'migrate', ...args)
      for (const node of [to, from]) {
        await cluster.command(node, 'cluster', 'setslot', String(slot), 'node', target ?? '')
      }
    }
  }

  test.each(['', 'foo', '{a}b', 'a{}b', '{', '}{a}', 'a{b', '{{a}}', 'ä{ö}ü'])(
    'puts "%s" in the slot that we think',
    async (key) => {
      expect(slotOf(key)).toBe(Number(await cluster.command(0, 'cluster', 'keyslot', key)))
    },
  )

  test('counts as none, whatever its nodes do', async () => {
    expect((await openStore()).traits.durability).toBe('none')
  })

  test('is refused when one of its nodes may drop blocks, and a node alone is refused', async () => {
    await cluster.command(1, 'config', 'set', 'maxmemory-policy', 'allkeys-random')
    expect(await failureOf(openStore())).toMatchObject({ code: 'ERR_STORE_INVALID' })
    await cluster.command(1, 'config', 'set', 'maxmemory-policy', 'noeviction')
    const alone = redis({ port: cluster.nodes[0]?.port })
    const error = await failureOf(alone.open?.() as Promise<void>)
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
  })

  test('follows a slot that moves: before, while and after, and lists nothing short', async () => {
    const keyPrefix = `${ownPrefix()}{${tagOf(SLOT)}}`
    const store = await openStore(keyPrefix)
    const [there, coming, late] = [
      await blocksOf(20, 'there'),
      await blocksOf(20, 'coming'),
      await blocksOf(20, 'late'),
    ]
    await Promise.all(there.map((block) => store.put(block)))
    const finish = await migrating(SLOT, 0, 1)
    await Promise.all(coming.map((block) => store.put(block)))
    const all = [...there, ...coming]
    expect(await Promise.all(all.map(({ cid }) => store.has(cid)))).toEqual(all.map(() => true))
    expect(await failureOf(listOf(store))).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    await finish()
    await Promise.all(late.map((block) => store.put(block)))
    const got = await Promise.all([...all, ...late].map(({ cid }) => store.get(cid)))
    expect(got.every((bytes) => bytes !== undefined)).toBe(true)
    expect(await eventually(() => listOf(store))).toEqual(cidsOf([...all, ...late]))
    await Promise.all(all.map(({ cid }) => store.delete(cid)))
    expect(await listOf(store)).toEqual(cidsOf(late))
  })

  test('lists a block once that moves during the listing', async () => {
    const keyPrefix = `${ownPrefix()}{${tagOf(SLOT + 1)}}`
    const store = await openStore(keyPrefix)
    const blocks = await blocksOf(50, 'moving')
    await Promise.all(blocks.map((block) => store.put(block)))
    const found: string[] = []
    for await (const cid of store.list()) {
      if (found.push(String(cid)) === 1) await (await migrating(SLOT + 1, 0, 1))()
    }
    expect(found.sort()).toEqual(cidsOf(blocks))
  })

  test('waits for the replica of each master, and says when there are too few', async () => {
    const blocks = await blocksOf(30, 'replicated')
    const put = async (replicas: number): Promise<unknown[]> => {
      const waitReplicas = { replicas, timeoutMs: replicas === 1 ? 2_000 : 50 }
      const store = redis({ cluster: { nodes: cluster.nodes }, keyPrefix: ownPrefix(), waitReplicas })
      await store.open?.()
      opened.push(store)
      const results = await Promise.allSettled(blocks.map((block) => store.put(block)))
      return results.map((result) => (result.status === 'rejected' ? result.reason : 'stored'))
    }
    expect(await put(1)).toEqual(blocks.map(() => 'stored'))
    const tooFew = { code: 'ERR_BACKEND', retryable: true, unsettled: true }
    for (const reason of await put(2)) expect(reason).toMatchObject(tooFew)
  })

  test('one of whose masters lost its data is another store', async () => {
    const store = await openStore()
    await store.identity?.()
    await cluster.command(2, 'flushall')
    const error = await failureOf(store.identity?.() as Promise<string>)
    expect(error).toMatchObject({ code: 'ERR_STORE_GONE' })
  })

  test('is used again without a word when a replica has taken over from a master that was killed', async () => {
    const store = await openStore()
    const blocks = await blocksOf(60, 'failing over')
    await Promise.all(blocks.map((block) => store.put(block)))
    await cluster.command(0, 'wait', '1', '1000')
    await cluster.processes[0]?.kill()
    const results = await Promise.allSettled(blocks.map(({ cid }) => store.has(cid)))
    const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason)
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    const more = await blockOf('after the failover')
    await eventually(() => Promise.all(blocks.map((block) => store.put(block))))
    await store.put(more)
    expect(await eventually(() => listOf(store))).toEqual(cidsOf([...blocks, more]))
    expect(await store.identity?.()).toBeTruthy()
    const opens = await openStore()
    await opens.put(more)
    await cluster.processes[0]?.start()
  })

  /** What stands in braces decides the slot. */
  function tagOf(slot: number): string {
    for (let i = 0; ; i++) if (slotOf(String(i)) === slot) return String(i)
  }
})
