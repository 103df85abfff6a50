import { createPool, type DebtState, type Due, type Journal, type StoragePool } from '@blockpool/core'
import { redis, redisJournal } from '@blockpool/redis'
import { type RedisServer, redisNeeded, startRedis, startRedisCluster } from '@blockpool/test-services'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { blockOf, failureOf } from '../support/blocks.ts'
import { eventually } from '../support/eventually.ts'
import { ownPrefix } from '../support/stores.ts'

const block = await blockOf('a block')
const { multihash } = block.cid
const LONGEST_PUT_MS = 1_000

let server: RedisServer

/** Two views of one journal, as two processes have them. */
async function two(url = server.url) {
  const options = { url, keyPrefix: ownPrefix(), longestPutMs: LONGEST_PUT_MS, journalLagMs: 50 }
  const open = async () => {
    const journal = redisJournal(options)
    await journal.open()
    onTestFinished(() => journal.close())
    return { journal, shared: sharedOf(journal) }
  }
  return { options, a: await open(), b: await open() }
}

function sharedOf({ shared }: Journal) {
  if (!shared) throw new Error('the journal is shared')
  return shared
}

const change = (owed: readonly Due[], paid: readonly Due[] = []) => ({
  multihash: multihash.bytes,
  owed,
  paid,
})
const duesOf = (states: readonly DebtState[]) => states.map(({ dues }) => [...dues].sort())

describe.runIf(redisNeeded())('a journal in Redis', () => {
  beforeAll(async () => {
    server = await startRedis({ durable: true, config: { 'maxmemory-policy': 'noeviction' } })
  })
  afterAll(() => server?.stop())

  test('merges what several processes owe for a block', async () => {
    const { a, b } = await two()
    expect(duesOf(await a.shared.merge([change(['delete:x', 'delete:y'])]))).toEqual([
      ['delete:x', 'delete:y'],
    ])
    expect(duesOf(await b.shared.merge([change(['copies'], ['delete:x'])]))).toEqual([['copies', 'delete:y']])
    expect(duesOf([(await a.shared.look(multihash.bytes)).state])).toEqual([['copies', 'delete:y']])
    const [paid] = await a.shared.merge([change([], ['copies', 'delete:y'])])
    expect(paid?.dues).toEqual([])
  })

  test('keeps ids as they are, whatever is in them', async () => {
    const { a } = await two()
    const dues: readonly Due[] = ['corrupt:a\nb', 'delete:ü %20:x']
    expect(duesOf(await a.shared.merge([change(dues)]))).toEqual([[...dues].sort()])
    const debts = []
    for await (const debt of a.journal.debts()) debts.push(debt)
    expect(debts).toEqual([
      { multihash: multihash.bytes, copies: false, deleteFrom: ['ü %20:x'], corruptIn: ['a\nb'] },
    ])
  })

  test('tells each process what was written, once and in order', async () => {
    const { a, b } = await two()
    await a.shared.merge([change(['copies'])])
    await b.shared.merge([change(['delete:x'])])
    const news = await b.shared.news()
    expect(duesOf(news)).toEqual([['copies'], ['copies', 'delete:x']])
    expect(news[1]?.version).toBe((news[0]?.version ?? 0) + 1)
    expect(await b.shared.news()).toEqual([])
    expect(await a.shared.news()).toHaveLength(2)
  })

  test('gives a block to one process at a time', async () => {
    const { a, b } = await two()
    await a.shared.merge([change(['copies'])])
    const first = await a.shared.hold(multihash.bytes)
    expect(first.state.dues).toEqual(['copies'])
    expect(first.lost).toBe(false)
    expect((await b.shared.look(multihash.bytes)).held).toBe(true)
    const order: string[] = []
    const second = b.shared.hold(multihash.bytes).then((hold) => {
      order.push('second')
      return hold
    })
    await new Promise((resolve) => setTimeout(resolve, 60))
    order.push('end of the first')
    await first.end()
    await (await second).end()
    expect(order).toEqual(['end of the first', 'second'])
    expect((await b.shared.look(multihash.bytes)).held).toBe(false)
  })

  test('merges heads: the generation grows, and stores that others know stay', async () => {
    const { a, b } = await two()
    const head = await a.journal.open()
    if (!head) throw new Error('there is a head')
    expect((await b.journal.open())?.id).toBe(head.id)
    await a.journal.write([{ type: 'head', head: { ...head, generation: 7, stores: { x: '1' } } }])
    await b.journal.write([{ type: 'head', head: { ...head, generation: 2, stores: { y: '2' } } }])
    expect(await a.journal.open()).toMatchObject({ generation: 8, stores: { x: '1', y: '2' } })
    expect(await a.shared.generation()).toBe(8)
  })

  test('is there after the server was killed, and refuses writes meanwhile', async () => {
    const own = await startRedis({ durable: true })
    onTestFinished(own.stop)
    const { a } = await two(own.url)
    await a.shared.merge([change(['delete:x'])])
    await own.kill()
    expect((await failureOf(a.shared.merge([change(['copies'])]))).retryable).toBe(true)
    await own.start()
    await eventually(async () =>
      expect((await a.shared.look(multihash.bytes)).state.dues).toEqual(['delete:x']),
    )
  })

  test.each([
    ['syncs now and then', { appendonly: 'yes', appendfsync: 'everysec' }],
    ['keeps nothing', { appendonly: 'no' }],
    ['may drop keys', { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'volatile-lru' }],
  ])('is refused where the server %s, unless that is allowed', async (_, config) => {
    const own = await startRedis({ config })
    onTestFinished(own.stop)
    expect((await failureOf(redisJournal(own.url).open())).code).toBe('ERR_STORE_INVALID')
    const lossy = redisJournal({ url: own.url, allowLossyJournal: true })
    await lossy.open()
    expect(lossy.durability).toBe('process')
    await lossy.close()
  })

  test('works on a cluster, where it is lossy', async () => {
    const cluster = await startRedisCluster()
    onTestFinished(() => cluster.stop())
    const place = { cluster: { nodes: cluster.nodes }, keyPrefix: ownPrefix() }
    expect((await failureOf(redisJournal(place).open())).code).toBe('ERR_STORE_INVALID')
    const journal = redisJournal({ ...place, allowLossyJournal: true })
    await journal.open()
    const shared = sharedOf(journal)
    await shared.merge([change(['delete:x'])])
    expect((await shared.look(multihash.bytes)).state.dues).toEqual(['delete:x'])
    expect(await shared.news()).toHaveLength(1)
    await (await shared.hold(multihash.bytes)).end()
    await journal.close()
  })

  test('refuses everything when it is closed', async () => {
    const journal = redisJournal(server.url)
    expect((await failureOf(sharedOf(journal).news())).code).toBe('ERR_CLOSED')
  })

  test.each([{ keyPrefix: 'a{b}' }, { longestPutMs: 10 }, { journalLagMs: 0 }, { longestPutMs: Number.NaN }])(
    'options out of range are refused: %o',
    (options) => {
      expect(() => redisJournal({ url: 'redis://127.0.0.1', ...options })).toThrow()
    },
  )

  describe('under two pools', () => {
    async function pools(): Promise<readonly [StoragePool, StoragePool]> {
      const options = {
        url: server.url,
        keyPrefix: ownPrefix(),
        longestPutMs: LONGEST_PUT_MS,
        journalLagMs: 50,
      }
      const prefixes = { x: ownPrefix(), y: ownPrefix() }
      const open = () =>
        createPool({
          copies: 2,
          journal: redisJournal(options),
          backends: {
            x: { backend: redis({ url: server.url, keyPrefix: prefixes.x }) },
            y: { backend: redis({ url: server.url, keyPrefix: prefixes.y }) },
          },
        })
      const [a, b] = [await open(), await open()]
      onTestFinished(async () => void (await Promise.all([a.close(), b.close()])))
      return [a, b]
    }

    test('a block goes in at one and out at the other', async () => {
      const [a, b] = await pools()
      await a.put(block)
      expect(await b.get(block.cid)).toEqual(block.bytes)
      await b.delete(block.cid)
      expect(await a.has(block.cid)).toBe(false)
      await a.put(block)
      expect(await b.has(block.cid)).toBe(true)
    })

    test('deletes are done again after the longest put, and then forgotten', async () => {
      const [a, b] = await pools()
      await a.put(block)
      await a.delete(block.cid)
      expect(a.stats().tombstones).toBe(1)
      await eventually(async () => expect(b.stats().tombstones).toBe(1))
      await eventually(async () => expect([a.stats().debts, b.stats().debts]).toEqual([0, 0]))
      expect(await b.has(block.cid)).toBe(false)
    })

    test('puts and deletes of one block that overlap leave it with all its copies, or with none', async () => {
      const [a, b] = await pools()
      for (let round = 0; round < 30; round++) {
        await Promise.all([a.put(block), b.delete(block.cid), b.put(block), a.delete(block.cid)])
        const there = await a.has(block.cid)
        expect(await b.has(block.cid), `round ${round}`).toBe(there)
      }
      await a.put(block)
      await eventually(async () => expect([a.stats().debts, b.stats().debts]).toEqual([0, 0]))
      const located = await b.locate(block.cid)
      expect(located.map(({ state }) => state)).toEqual(['present', 'present'])
    })
  })
})
