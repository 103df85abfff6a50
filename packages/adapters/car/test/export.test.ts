import type { Block, BlockStore } from '@blockpool/core'
import { CarReader } from '@ipld/car'
import { CID } from 'multiformats/cid'
import { describe, expect, it, vi } from 'vitest'
import { type ExportProgress, exportBlocks, exportCar, importCar, readCar } from '../src/index.ts'
import {
  blockOf,
  cbor,
  identityBlock,
  json,
  NOWHERE,
  pb,
  rawBlocks,
  storeOf,
  text,
} from './support/blocks.ts'
import { carOf, gathered, untilError } from './support/files.ts'

const [a, b, c] = [text('a'), text('b'), text('c')]
/** A DAG over all codecs, in which `shared` is linked to twice. */
const shared = cbor({ z: a.cid, list: [b.cid, { deep: c.cid }] })
const middle = json({ links: [shared.cid, a.cid] })
const root = pb([shared.cid, middle.cid, b.cid])
const all = [root, shared, b, c, a, middle]

async function stored(blocks: Iterable<Block> = all) {
  return storeOf(blocks)
}

describe('exportCar', () => {
  it('writes all that the root links to, depth first, each block once', async () => {
    // Keys of dag-cbor stand in the order of their length.
    expect(await gathered(exportCar(await stored(), [root.cid]))).toEqual(
      carOf([root.cid], [root, shared, a, b, c, middle]),
    )
  })

  it('writes a block as often as something links to it, if that is asked for', async () => {
    const expected = [root, shared, a, b, c, middle, shared, a, b, c, a, b]
    const bytes = await gathered(exportCar(await stored(), [root.cid], { duplicates: true }))
    expect(bytes).toEqual(carOf([root.cid], expected))
  })

  it('makes the same bytes however the store answers', async () => {
    const store = await stored()
    let calls = 0
    const slow: Pick<BlockStore, 'get'> = {
      async get(cid) {
        calls += 1
        await new Promise((resolve) => setTimeout(resolve, (calls * 7) % 5))
        return store.get(cid)
      },
    }
    expect(await gathered(exportCar(slow, [root.cid]))).toEqual(await gathered(exportCar(store, [root.cid])))
  })

  it('writes several roots one after the other, and names them', async () => {
    const bytes = await gathered(exportCar(await stored(), [shared.cid, middle.cid]))
    expect(bytes).toEqual(carOf([shared.cid, middle.cid], [shared, a, b, c, middle]))
  })

  it('links of dag-cbor come in the order of its bytes, also under keys that look like numbers', async () => {
    const node = cbor({ b: a.cid, 10: b.cid })
    const bytes = await gathered(exportCar(await stored([a, b, node]), [node.cid]))
    expect(bytes).toEqual(carOf([node.cid], [node, a, b]))
  })

  it('follows the links of a block that its CID carries, and writes no section for it', async () => {
    const carried = identityBlock(cbor([a.cid]).bytes, 0x71)
    const top = cbor([carried.cid, b.cid])
    const bytes = await gathered(exportCar(await stored([a, b, top]), [top.cid]))
    expect(bytes).toEqual(carOf([top.cid], [top, a, b]))
  })

  it('follows the same bytes again under a codec that has links', async () => {
    const node = cbor([a.cid])
    const asRaw = CID.createV1(0x55, node.cid.multihash)
    const top = cbor([asRaw, node.cid])
    const bytes = await gathered(exportCar(await stored([a, node, top]), [top.cid]))
    expect(bytes).toEqual(carOf([top.cid], [top, { ...node, cid: asRaw }, node, a]))
  })

  it('is read by @ipld/car', async () => {
    const reader = await CarReader.fromBytes(await gathered(exportCar(await stored(), [root.cid])))
    expect((await reader.getRoots()).map(String)).toEqual([`${root.cid}`])
    for (const { cid, bytes } of all) expect((await reader.get(cid as never))?.bytes).toEqual(bytes)
  })

  it('fetches leaves ahead, never more than 16, and none twice', async () => {
    const leaves = [...rawBlocks(200, 10)]
    const top = pb([...leaves, ...leaves].map(({ cid }) => cid))
    const store = await stored([...leaves, top])
    let [inFlight, most] = [0, 0]
    const get = vi.fn(async (cid: CID) => {
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setImmediate(resolve))
      inFlight -= 1
      return store.get(cid)
    })
    await gathered(exportCar({ get }, [top.cid]))
    expect(most).toBe(16)
    expect(get).toHaveBeenCalledTimes(201)
  })

  it('asks for no more than it has begun while nobody reads on', async () => {
    const leaves = [...rawBlocks(100, 100_000)]
    const top = pb(leaves.map(({ cid }) => cid))
    const store = await stored([...leaves, top])
    const get = vi.fn(store.get.bind(store))
    const output = exportCar({ get }, [top.cid])
    await output.next()
    await output.next()
    expect(get.mock.calls.length).toBeLessThanOrEqual(18)
    await output.return(undefined)
  })

  it('tells how far it is', async () => {
    const told: ExportProgress[] = []
    const options = { onProgress: (progress: ExportProgress) => told.push(progress) }
    const bytes = await gathered(exportCar(await stored(), [root.cid], options))
    expect(told).toHaveLength(6)
    expect(told.at(-1)).toMatchObject({ blocks: 6, offset: bytes.length })
  })

  it('passes large blocks on as views', async () => {
    const [large] = rawBlocks(1, 100_000)
    const store = await stored(large ? [large] : [])
    const parts: Uint8Array[] = []
    for await (const part of exportCar(store, large ? [large.cid] : [])) parts.push(part)
    expect(parts.some((part) => part.buffer === large?.bytes.buffer)).toBe(true)
  })
})

describe('an export that ends in an error', () => {
  const unreadable = blockOf(Uint8Array.of(0xff), 0x71)
  const unknown = blockOf(Uint8Array.of(1), 0x1234)
  const cases: [string, Block, Block[]][] = [
    ['ERR_CAR_MISSING', b, [a]],
    ['ERR_CAR_MISMATCH', b, [a, { cid: b.cid, bytes: a.bytes }]],
    ['ERR_CAR_UNREADABLE', unreadable, [a, unreadable]],
    ['ERR_CAR_UNREADABLE', unknown, [a, unknown]],
  ]

  it.each(cases)('%s: what came out never looks whole', async (code, at, blocks) => {
    const top = cbor([a.cid, at.cid])
    const { bytes, error } = await untilError(exportCar(await stored([top, ...blocks]), [top.cid]))
    expect(error).toMatchObject({ code, cid: at.cid })
    await expect(importCar(NOWHERE, [bytes])).rejects.toMatchObject({ code: 'ERR_CAR_TRUNCATED' })
  })

  it('a missing root leaves no header that looks whole', async () => {
    const { bytes } = await untilError(exportCar(await stored([]), [a.cid]))
    await expect(readCar([bytes])).rejects.toMatchObject({ code: 'ERR_CAR_TRUNCATED' })
  })

  it('nowhere in a long file does what came out look whole', async () => {
    const leaves = [...rawBlocks(3_000, 100), ...rawBlocks(5, 70_000)]
    const top = cbor([...leaves, b].map(({ cid }) => cid))
    const store = await stored([...leaves, top])
    const parts: Uint8Array[] = []
    await expect(async () => {
      for await (const part of exportCar(store, [top.cid])) {
        parts.push(part)
        await expect(importCar(NOWHERE, parts, { verify: false })).rejects.toMatchObject({
          code: 'ERR_CAR_TRUNCATED',
        })
      }
    }).rejects.toMatchObject({ code: 'ERR_CAR_MISSING' })
    expect(parts.length).toBeGreaterThan(10)
  })

  it('what the store throws comes out as it is', async () => {
    const error = new Error('down')
    const store = { get: () => Promise.reject(error) }
    await expect(gathered(exportCar(store, [a.cid]))).rejects.toBe(error)
  })

  it('an abort ends it with its reason', async () => {
    const abort = new AbortController()
    const output = exportCar(await stored(), [root.cid], {
      signal: abort.signal,
      onProgress: () => abort.abort('x'),
    })
    await expect(gathered(output)).rejects.toBe('x')
  })

  it('a codec whose links are known is followed', async () => {
    const top = cbor([unknown.cid])
    const links = new Map([[0x1234, () => [a.cid]]])
    const bytes = await gathered(exportCar(await stored([top, unknown, a]), [top.cid], { links }))
    expect(bytes).toEqual(carOf([top.cid], [top, unknown, a]))
  })
})

describe('exportBlocks', () => {
  it('writes these blocks alone, in their order, each once', async () => {
    const cids = [root.cid, c.cid, a.cid, c.cid]
    const bytes = await gathered(exportBlocks(await stored(), cids, { roots: [root.cid] }))
    expect(bytes).toEqual(carOf([root.cid], [root, c, a]))
  })

  it('writes the whole of a store from its list', async () => {
    const store = await stored()
    const { blocks } = await importCar(NOWHERE, [await gathered(exportBlocks(store, store.list()))])
    expect(blocks).toBe(6)
  })

  it('ends in ERR_CAR_MISSING for a block that is not there, and never looks whole', async () => {
    const { bytes, error } = await untilError(exportBlocks(await stored([a]), [a.cid, b.cid]))
    expect(error).toMatchObject({ code: 'ERR_CAR_MISSING', cid: b.cid })
    await expect(importCar(NOWHERE, [bytes])).rejects.toMatchObject({ code: 'ERR_CAR_TRUNCATED' })
  })
})
