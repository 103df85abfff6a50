import { setImmediate as turn } from 'node:timers/promises'
import { type BlockStore, createPool, memory, PoolError } from '@blockpool/core'
import { describe, expect, it, vi } from 'vitest'
import { type ImportProgress, importCar } from '../src/index.ts'
import { identityBlock, NOWHERE, rawBlocks, storeOf, text } from './support/blocks.ts'
import { carOf, headerOf, portions, sectionOf, v2Of } from './support/files.ts'

const blocks = [...rawBlocks(100, 100)]
const car = carOf([blocks[0]?.cid ?? text('').cid], blocks)

/** A store whose puts wait until they are let go. */
function waiting() {
  const held: (() => void)[] = []
  const put = vi.fn<BlockStore['put']>(() => new Promise<void>((resolve) => held.push(resolve)))
  return { put, held, release: () => held.splice(0).forEach((resolve) => void resolve()) }
}

describe('importCar', () => {
  it('puts every block and reports header, blocks and bytes', async () => {
    const store = await storeOf([])
    const report = await importCar(store, [v2Of(car)])
    expect(report).toMatchObject({
      blocks: 100,
      bytes: 10_000,
      header: { version: 2, roots: [blocks[0]?.cid] },
    })
    for (const { cid, bytes } of blocks) expect(await store.get(cid)).toEqual(bytes)
  })

  it('has no more puts in flight than it may, and as many', async () => {
    const store = waiting()
    const importing = importCar(store, [car], { concurrency: 8 })
    for (let done = 0; done < blocks.length; ) {
      await turn()
      expect(store.held.length).toBe(Math.min(8, blocks.length - done))
      done += store.held.length
      store.release()
    }
    expect((await importing).blocks).toBe(100)
  })

  it('has no more bytes in flight than it may; what is larger goes alone', async () => {
    const large = { cid: text('large').cid, bytes: new Uint8Array(1_000) }
    const store = waiting()
    const file = carOf([], [...blocks.slice(0, 3), large, ...blocks.slice(3, 6)])
    const importing = importCar(store, [file], { maxBytesInFlight: 250, verify: false })
    const counts: number[] = []
    for (let done = 0; done < 7; done += counts.at(-1) ?? 0) {
      await turn()
      counts.push(store.held.length)
      store.release()
    }
    await importing
    expect(counts).toEqual([2, 1, 1, 2, 1])
  })

  it('reads no further while its puts wait', async () => {
    const read = vi.fn()
    async function* source() {
      yield headerOf([])
      for (const block of blocks) {
        read()
        yield sectionOf(block)
      }
    }
    const store = waiting()
    const importing = importCar(store, source(), { concurrency: 4 })
    await turn()
    expect(store.put).toHaveBeenCalledTimes(4)
    expect(read).toHaveBeenCalledTimes(5)
    const timer = setInterval(store.release)
    await importing.finally(() => clearInterval(timer))
  })

  it('gives the bytes to the store as they came, without a copy', async () => {
    const store = { put: vi.fn<BlockStore['put']>(async () => {}) }
    await importCar(store, [car])
    expect(store.put.mock.calls.every(([{ bytes }]) => bytes.buffer === car.buffer)).toBe(true)
  })

  it('puts no block that its CID carries', async () => {
    const store = { put: vi.fn<BlockStore['put']>(async () => {}) }
    expect(await importCar(store, [carOf([], [identityBlock(Uint8Array.of(1))])])).toMatchObject({
      blocks: 0,
    })
    expect(store.put).not.toHaveBeenCalled()
  })

  it('tells how far it is', async () => {
    const told: ImportProgress[] = []
    await importCar(NOWHERE, [car], { onProgress: (progress) => told.push(progress) })
    expect(told).toHaveLength(100)
    expect(told.at(-1)).toEqual({ blocks: 100, bytes: 10_000, offset: car.length })
  })
})

describe('an import that ends early', () => {
  it.each([
    ['ERR_CAR_TRUNCATED', car.subarray(0, car.length - 1), 99],
    ['ERR_CAR_MALFORMED', new Uint8Array([...car, 0]), 100],
    ['ERR_CAR_MISMATCH', car.with(-1, 7), 99],
  ] as const)('by %s names the offset and what is in the store', async (code, bytes, imported) => {
    const store = await storeOf([])
    const last = car.length - sectionOf(blocks[99] ?? text('')).length
    await expect(importCar(store, portions(bytes, 100))).rejects.toMatchObject({
      code,
      offset: code === 'ERR_CAR_MALFORMED' ? car.length : last,
      imported: { blocks: imported, bytes: imported * 100 },
    })
    expect((await store.usage?.())?.blocks).toBe(imported)
  })

  it('is told when no put is in flight any more', async () => {
    const store = waiting()
    const ended = vi.fn()
    const importing = importCar(store, [car.subarray(0, -1)]).catch(ended)
    await turn()
    expect(ended).not.toHaveBeenCalled()
    store.release()
    await importing
    expect(ended.mock.calls[0]?.[0]).toMatchObject({ imported: { blocks: 99 } })
  })

  it('by a store that refuses is ERR_CAR_REFUSED with its error, although the source hangs', async () => {
    const cause = new PoolError('ERR_FULL', 'full')
    let puts = 0
    const store = {
      put: async () => {
        puts += 1
        if (puts < 3) return
        await turn()
        throw cause
      },
    }
    async function* source() {
      yield carOf([], blocks.slice(0, 3))
      await new Promise(() => {})
    }
    const offset = carOf([], blocks.slice(0, 2)).length
    await expect(importCar(store, source())).rejects.toMatchObject({
      code: 'ERR_CAR_REFUSED',
      cause,
      offset,
      imported: { blocks: 2, bytes: 200 },
    })
  })

  it('by a pool that finds other bytes is ERR_CAR_MISMATCH, hashed there alone', async () => {
    await using pool = await createPool({ backends: { a: { backend: memory() } } })
    await expect(importCar(pool, [car.with(-1, 7)], { verify: false })).rejects.toMatchObject({
      code: 'ERR_CAR_MISMATCH',
      cause: { code: 'ERR_HASH_MISMATCH' },
      imported: { blocks: 99 },
    })
  })

  it('by an abort rejects with its reason', async () => {
    const abort = new AbortController()
    const importing = importCar(NOWHERE, [car], {
      signal: abort.signal,
      onProgress: ({ blocks }) => blocks === 10 && abort.abort('enough'),
    })
    await expect(importing).rejects.toBe('enough')
  })

  it('by what onProgress throws rejects with that', async () => {
    const importing = importCar(NOWHERE, [car], {
      onProgress: () => {
        throw new RangeError('no')
      },
    })
    await expect(importing).rejects.toBeInstanceOf(RangeError)
  })
})

it.each([{ concurrency: 0 }, { maxBytesInFlight: 0.5 }])('%o is ERR_INVALID_OPTIONS', async (options) => {
  await expect(importCar(NOWHERE, [car], options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
})
