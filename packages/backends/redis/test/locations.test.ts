import { createPool, type StoragePool } from '@blockpool/core'
import { redis, redisLocations } from '@blockpool/redis'
import { type RedisServer, redisNeeded, startRedis } from '@blockpool/test-services'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { blockOf, blocksOf, failureOf } from './support/blocks.ts'
import { eventually } from './support/eventually.ts'
import { ownPrefix } from './support/stores.ts'

const block = await blockOf('somewhere')
const { bytes: multihash } = block.cid.multihash
const IDS = ['a', 'b', 'c', 'd', 'e']
let server: RedisServer

describe.runIf(redisNeeded())('an index of locations in Redis', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  test('says where copies are, to each who asks', async () => {
    const options = { url: server.url, keyPrefix: ownPrefix() }
    const [one, other] = [redisLocations(options), redisLocations(options)]
    await Promise.all([one.open(), other.open()])
    await one.note(multihash, 'b', true)
    await one.note(multihash, 'd', true)
    expect(await other.find(multihash, IDS)).toEqual(['b', 'd'])
    expect(await other.find((await blockOf('elsewhere')).cid.multihash.bytes, IDS)).toEqual([])
    await other.note(multihash, 'b', false)
    expect(await one.find(multihash, IDS)).toEqual(['d'])
    expect(await one.find(multihash, [])).toEqual([])
    await Promise.all([one.close(), other.close()])
    expect((await failureOf(one.find(multihash, IDS))).code).toBe('ERR_CLOSED')
  })

  /** Pools of two processes over five stores, with blocks in each place in turn. */
  async function pools(): Promise<readonly [StoragePool, StoragePool, { stop(): Promise<void> }]> {
    const index = await startRedis()
    onTestFinished(() => index.stop().catch(() => {}))
    const prefixes = Object.fromEntries(IDS.map((id) => [id, ownPrefix()]))
    let turn = 0
    const open = () =>
      createPool({
        locationIndex: redisLocations(index.url),
        trustQuorum: true,
        strategy: {
          type: 'turns',
          stable: false,
          rank: ({ op }, candidates) => {
            const first = op === 'write' ? turn++ % candidates.length : 0
            return [...candidates.slice(first), ...candidates.slice(0, first)]
          },
        },
        backends: Object.fromEntries(
          IDS.map((id) => [id, { backend: redis({ url: server.url, keyPrefix: prefixes[id] }) }]),
        ),
      })
    const [a, b] = [await open(), await open()]
    onTestFinished(async () => void (await Promise.all([a.close(), b.close()])))
    return [a, b, index]
  }

  const readsOf = (pool: StoragePool) =>
    Object.values(pool.stats().backends).reduce((sum, { reads }) => sum + reads, 0)

  test('spares a process that has no hints all questions but one', async () => {
    const [a, b] = await pools()
    const blocks = await blocksOf(50)
    for (const one of blocks) await a.put(one)
    for (const { cid, bytes } of blocks) expect(await b.get(cid)).toEqual(Uint8Array.from(bytes))
    expect(readsOf(b)).toBe(50)
  })

  test('that is wrong, or away, costs questions and nothing else', async () => {
    const [a, b, index] = await pools()
    const blocks = await blocksOf(10, 'moved')
    for (const one of blocks) await a.put(one)
    await index.stop()
    await eventually(async () => {
      for (const { cid, bytes } of blocks) expect(await b.get(cid)).toEqual(Uint8Array.from(bytes))
    })
    expect(readsOf(b)).toBeGreaterThan(10)
    expect(await b.has(block.cid)).toBe(false)
  })
})
