import { describe, expect, test } from 'vitest'
import { type BackendSettings, createPool, memory, type PoolOptions } from '../../src/index.ts'
import { block } from '../support/blocks.ts'
import { holders, poolOf, rejection } from '../support/pool.ts'

async function codeOf(task: () => unknown): Promise<string> {
  return (await rejection((async () => task())())).code
}

const WRONG_SETTINGS: readonly BackendSettings[] = [
  { weight: 0 },
  { weight: -1 },
  { priority: Number.NaN },
  { priority: Number.POSITIVE_INFINITY },
  { capacityBytes: -1 },
  { sizeThresholdBytes: -1 },
  { costPerGb: Number.NaN },
  { costPerMillionReads: -1 },
  { costPerMillionWrites: -1 },
  { costPerGbEgress: -1 },
  { concurrency: 0 },
  { concurrency: 1.5 },
  { timeoutMs: 0 },
  { timeoutMs: '5' as never },
]

const WRONG_OPTIONS: readonly Partial<PoolOptions>[] = [
  { copies: 0 },
  { copies: 1.5 },
  { copies: Number.NaN },
  { copies: Number.POSITIVE_INFINITY },
  { writeQuorum: 0 },
  { writeQuorum: 1.5 },
  { writeQuorum: 'most' as never },
  { durability: 'forever' as never },
  { minHealthy: -1 },
  { minHealthy: 0.5 },
  { maxBlockBytes: 0 },
  { maxHints: -1 },
  { maxHints: 1.5 },
  { healthIntervalMs: 0 },
  { repairsPerSecond: -1 },
]

describe('options', () => {
  test.each(WRONG_OPTIONS)('%o is out of range', async (options) => {
    const backends = { a: { backend: memory() } }
    expect(await codeOf(() => createPool({ ...options, backends }))).toBe('ERR_INVALID_OPTIONS')
  })

  test.each(WRONG_SETTINGS)('%o is out of range for a backend', async (settings) => {
    const backends = { a: { ...settings, backend: memory() } }
    expect(await codeOf(() => createPool({ backends }))).toBe('ERR_INVALID_OPTIONS')
  })

  test('undefined means the default, as if it were not given', async () => {
    const options = { copies: undefined, writeQuorum: undefined, maxHints: undefined, clock: undefined }
    const backends = { a: { backend: memory(), priority: undefined, zone: undefined } }
    await using pool = await createPool({ ...options, backends })
    expect(pool.stats()).toMatchObject({ copies: 1, strategy: 'by-priority', durability: 'none' })
    expect(pool.stats().backends.a).toMatchObject({ priority: 100, weight: 1, zone: 'a', timeoutMs: 10_000 })
  })
})

describe('configure', () => {
  test('changes what is given and leaves the rest', async () => {
    const scene = await poolOf({ a: { priority: 200, zone: 'x' }, b: {} })
    scene.pool.configure('a', { priority: 50, costPerGb: 2 })
    expect(scene.pool.stats().backends.a).toMatchObject({ priority: 50, costPerGb: 2, zone: 'x' })
    await scene.pool.put(block(1))
    expect(await holders(scene, block(1))).toBe('b')
  })

  test('takes a setting back to its default with undefined', async () => {
    const scene = await poolOf({ a: { capacityBytes: 1 } })
    await rejection(scene.pool.put(block(1)))
    scene.pool.configure('a', { capacityBytes: undefined })
    await scene.pool.put(block(1))
    expect(scene.pool.stats().backends.a.capacityBytes).toBeUndefined()
  })

  test('takes effect for reads and writes at once', async () => {
    const scene = await poolOf({ a: {} })
    await scene.pool.put(block(1))
    await scene.pool.get(block(1).cid)
    scene.pool.configure('a', { read: false })
    expect((await rejection(scene.pool.get(block(1).cid))).code).toBe('ERR_UNAVAILABLE')
    scene.pool.configure('a', { read: true, write: false })
    expect(await scene.pool.has(block(1).cid)).toBe(true)
    expect((await rejection(scene.pool.put(block(2)))).code).toBe('ERR_NOT_ENOUGH_REPLICAS')
  })

  test.each(WRONG_SETTINGS)('refuses %o and changes nothing', async (settings) => {
    const scene = await poolOf({ a: {} })
    const before = scene.pool.stats().backends.a
    expect(await codeOf(() => scene.pool.configure('a', { ...settings, zone: 'elsewhere' }))).toBe(
      'ERR_INVALID_OPTIONS',
    )
    expect(scene.pool.stats().backends.a).toEqual(before)
    scene.pool.configure('a', { zone: 'later' })
    expect(scene.pool.stats().backends.a.zone).toBe('later')
  })

  test('of an id that is not there is an error', async () => {
    const scene = await poolOf({ a: {} })
    expect(await codeOf(() => scene.pool.configure('b' as 'a', {}))).toBe('ERR_UNKNOWN_BACKEND')
    expect(await codeOf(() => scene.pool.setHealth('b' as 'a', true))).toBe('ERR_UNKNOWN_BACKEND')
  })
})
