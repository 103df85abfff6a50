import { Readable } from 'node:stream'
import { CarBlockIterator } from '@ipld/car'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, it, vi } from 'vitest'
import { type ReadOptions, readCar } from '../src/index.ts'
import { blockOf, identityBlock, rawBlocks, text } from './support/blocks.ts'
import { carOf, concat, framed, headerOf, portions, sectionOf, v2Of, varintOf } from './support/files.ts'

const [a, b, c] = [text('a'), text('bb'), text('')]
const car = carOf([a.cid], [a, b, c])

async function read(bytes: Uint8Array, options: ReadOptions & { portion?: number } = {}) {
  const { header, blocks } = await readCar(portions(bytes, options.portion ?? bytes.length), options)
  const all = []
  for await (const block of blocks) all.push(block)
  return { header, blocks: all }
}

describe('readCar', () => {
  it('yields roots and blocks of version 1 in the order of the file, with their offsets', async () => {
    const { header, blocks } = await read(car)
    const ends = [headerOf([a.cid]), ...[a, b, c].map(sectionOf)].map(({ length }) => length)
    for (let at = 1; at < ends.length; at += 1) ends[at] = (ends[at] ?? 0) + (ends[at - 1] ?? 0)
    expect(header).toEqual({ version: 1, roots: [a.cid] })
    expect(blocks).toEqual([a, b, c].map((block, at) => ({ ...block, offset: ends[at], end: ends[at + 1] })))
  })

  it.each([1, 2, 7, 64])('yields the same from portions of %i bytes', async (portion) => {
    expect(await read(car, { portion })).toEqual(await read(car))
    const v2 = v2Of(car, { padding: 3, index: Uint8Array.of(0x80, 0x08, 1, 2, 3) })
    expect(await read(v2, { portion })).toEqual(await read(v2))
  })

  it('reads version 2 without an index', async () => {
    const { header, blocks } = await read(v2Of(car))
    expect(header).toMatchObject({
      version: 2,
      roots: [a.cid],
      v2: { fullyIndexed: false, dataOffset: 51, dataSize: car.length, indexOffset: 0 },
    })
    expect(blocks.map(({ cid, bytes }) => ({ cid, bytes }))).toEqual([a, b, c])
    expect(blocks[0]?.offset).toBe(51 + headerOf([a.cid]).length)
  })

  it('reads version 2 with padding, an index and characteristics', async () => {
    const characteristics = new Uint8Array(16)
    characteristics[0] = 0x80
    const index = Uint8Array.of(0x80, 0x08, 9, 9, 9)
    const { header, blocks } = await read(v2Of(car, { padding: 100, index, characteristics }))
    expect(header.v2).toEqual({
      characteristics,
      fullyIndexed: true,
      dataOffset: 151,
      dataSize: car.length,
      indexOffset: 251 + car.length,
    })
    expect(blocks).toHaveLength(3)
  })

  it('reads CIDs of version 0 and blocks that their CID carries', async () => {
    const node = blockOf(Uint8Array.of(0x0a, 0), 0x70)
    const v0 = { cid: CID.createV0(node.cid.multihash as never), bytes: node.bytes }
    const carried = identityBlock(new TextEncoder().encode('here'))
    const { blocks } = await read(carOf([], [v0, carried]))
    expect(blocks.map(({ cid }) => cid)).toEqual([v0.cid, carried.cid])
  })

  it('reads what @ipld/car reads', async () => {
    const bytes = carOf([a.cid], rawBlocks(100, 100))
    const theirs = []
    for await (const block of await CarBlockIterator.fromIterable(Readable.from(portions(bytes, 1000)))) {
      theirs.push(block)
    }
    const { blocks } = await read(bytes)
    expect(blocks.map(({ cid }) => `${cid}`)).toEqual(theirs.map(({ cid }) => `${cid}`))
  })

  it('hands out views of the portions, and CIDs with memory of their own', async () => {
    const { blocks } = await read(car)
    expect(blocks[0]?.bytes.buffer).toBe(car.buffer)
    expect(blocks[0]?.cid.multihash.digest.buffer).not.toBe(car.buffer)
  })

  it('asks the source for more only when the consumer does', async () => {
    const asked = vi.fn()
    async function* source() {
      for (const portion of [headerOf([]), sectionOf(a), sectionOf(b)]) {
        asked()
        yield portion
      }
    }
    const { blocks } = await readCar(source())
    expect(asked).toHaveBeenCalledTimes(1)
    await blocks.next()
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it.each(['early', 'on an error', 'on a bad header'])('lets go of the source %s', async (when) => {
    const gone = vi.fn()
    const bad = { 'on an error': Uint8Array.of(0), early: sectionOf(a), 'on a bad header': new Uint8Array() }
    async function* source() {
      try {
        yield when === 'on a bad header' ? Uint8Array.of(1, 0) : headerOf([])
        for (;;) yield bad[when as keyof typeof bad]
      } finally {
        gone()
      }
    }
    const ended = (async () => {
      for await (const _ of (await readCar(source())).blocks) return
    })()
    if (when === 'early') await ended
    else await expect(ended).rejects.toMatchObject({ name: 'CarError' })
    expect(gone).toHaveBeenCalledOnce()
  })

  it('ends with the reason of an abort although the source hangs', async () => {
    const abort = new AbortController()
    async function* hangs() {
      yield headerOf([])
      await new Promise(() => {})
    }
    const { blocks } = await readCar(hangs(), { signal: abort.signal })
    const reading = blocks.next()
    setImmediate(() => abort.abort('enough'))
    await expect(reading).rejects.toBe('enough')
  })
})

describe('a file that is cut off', () => {
  it.each([
    ['version 1', car],
    ['version 2', v2Of(car, { padding: 5 })],
    ['version 2 with an index', v2Of(car, { padding: 5, index: Uint8Array.of(0x80, 0x08) })],
  ])(
    '%s is ERR_CAR_TRUNCATED wherever that is not between two sections of version 1',
    async (_name, whole) => {
      const boundaries = [headerOf([a.cid]).length]
      for (const block of [a, b]) boundaries.push((boundaries.at(-1) ?? 0) + sectionOf(block).length)
      for (let length = 0; length < whole.length; length += 1) {
        if (whole === car && boundaries.includes(length)) continue
        await expect(read(whole.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
          code: 'ERR_CAR_TRUNCATED',
          offset: expect.toSatisfy((offset: number) => offset <= length),
        })
      }
    },
  )
})

describe('a malformed file', () => {
  const start = headerOf([]).length
  const after = (bytes: Uint8Array): Uint8Array => concat(headerOf([]), bytes)
  const v2With = (at: number, value: bigint): Uint8Array => {
    const bytes = v2Of(car)
    new DataView(bytes.buffer).setBigUint64(11 + at, value, true)
    return bytes
  }

  it.each<[string, Uint8Array, number]>([
    ['an empty header', Uint8Array.of(0), 0],
    ['a header that is no dag-cbor', framed(Uint8Array.of(0xff)), 0],
    ['a header that nests beyond the stack', framed(new Uint8Array(500_000).fill(0x81)), 0],
    ['a header that is no map', framed(Uint8Array.of(1)), 0],
    ['a header without roots', framed(Uint8Array.of(0xa1, 0x67, ...Buffer.from('version'), 1)), 0],
    ['an empty section', after(Uint8Array.of(0)), start],
    ['a section without a CID', after(framed(Uint8Array.of(0xff, 0xff))), start],
    ['a CID that is longer than its section', after(framed(a.cid.bytes.subarray(0, 20))), start],
    ['a CID of version 2', after(framed(Uint8Array.of(2, 0x55, 0, 1, 1))), start],
    ['a CIDv0 with a short digest', after(framed(Uint8Array.of(0x12, 2, 1, 1))), start],
    [
      'a varint that is longer than it must be',
      after(concat(Uint8Array.of(0xa5, 0), a.cid.bytes, a.bytes)),
      start,
    ],
    ['a varint beyond 2^53', after(new Uint8Array(9).fill(0xff)), start],
    ['data that begins within the header of version 2', v2With(16, 50n), 11],
    ['data beyond 2^53', v2With(24, 2n ** 60n), 11 + 24],
    ['a section that reaches beyond the data', v2With(24, BigInt(car.length - 1)), 51 + car.length - 37],
    ['data too short for its header', v2With(24, 0n), 51],
    ['an index within the data', v2With(32, 60n), 11],
    ['a CARv2 within a CARv2', v2Of(v2Of(car)), 51],
  ])('%s is ERR_CAR_MALFORMED at its offset', async (_name, bytes, offset) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'ERR_CAR_MALFORMED', offset })
  })

  it('an unknown version is ERR_CAR_VERSION', async () => {
    const bytes = framed(Uint8Array.of(0xa1, 0x67, ...Buffer.from('version'), 3))
    await expect(read(bytes)).rejects.toMatchObject({ code: 'ERR_CAR_VERSION', offset: 0 })
  })

  it('bytes that do not hash to their CID are ERR_CAR_MISMATCH, unless nothing is to be verified', async () => {
    const wrong = carOf([], [a, { cid: b.cid, bytes: a.bytes }])
    const found = { code: 'ERR_CAR_MISMATCH', offset: start + sectionOf(a).length }
    await expect(read(wrong)).rejects.toMatchObject(found)
    expect((await read(wrong, { verify: false })).blocks).toHaveLength(2)
    const carried = { cid: identityBlock(a.bytes).cid, bytes: b.bytes }
    await expect(read(carOf([], [carried]))).rejects.toMatchObject({ code: 'ERR_CAR_MISMATCH' })
  })

  it('a hash function that is not known is ERR_CAR_REFUSED, and one that is given is used', async () => {
    const cid = CID.createV1(0x55, Digest.create(0x99, Uint8Array.of(1)))
    const bytes = carOf([], [{ cid, bytes: b.bytes }])
    const refused = { code: 'ERR_CAR_REFUSED', cause: { code: 'ERR_UNKNOWN_HASH' } }
    await expect(read(bytes)).rejects.toMatchObject(refused)
    const hasher = { name: 'one', code: 0x99, digest: async () => Digest.create(0x99, Uint8Array.of(1)) }
    expect((await read(bytes, { hashers: [hasher as never] })).blocks).toHaveLength(1)
  })

  it('a source that fails is ERR_CAR_SOURCE with its cause', async () => {
    const cause = new Error('gone')
    async function* source() {
      yield headerOf([])
      throw cause
    }
    const { blocks } = await readCar(source())
    await expect(blocks.next()).rejects.toMatchObject({ code: 'ERR_CAR_SOURCE', cause, offset: start })
    await expect(readCar(['text'] as never)).rejects.toMatchObject({ code: 'ERR_CAR_SOURCE' })
  })
})

describe('limits', () => {
  it.each<[string, ReadOptions, Uint8Array]>([
    ['a header', { maxHeaderBytes: 10 }, car],
    ['a block', { maxBlockBytes: 1 }, car],
    ['the number of blocks', { maxBlocks: 2 }, car],
    ['a header, by default,', {}, concat(varintOf(2 ** 20 + 1), new Uint8Array(10))],
    ['a block, by default,', {}, concat(headerOf([]), varintOf(2 ** 40))],
  ])('%s beyond its limit is ERR_CAR_TOO_LARGE before it is read', async (_name, options, bytes) => {
    await expect(read(bytes, options)).rejects.toMatchObject({ code: 'ERR_CAR_TOO_LARGE' })
  })

  it('exactly at the limit is fine', async () => {
    const options = { maxHeaderBytes: headerOf([a.cid]).length - 1, maxBlockBytes: 2, maxBlocks: 3 }
    expect((await read(car, options)).blocks).toHaveLength(3)
  })

  it.each([0.5, -1, Number.NaN])('%f is no limit', async (maxBlocks) => {
    await expect(read(car, { maxBlocks })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' })
  })
})
