import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { isLeaf, linkReader } from '../src/links.ts'
import { cbor, identityBlock, json, pb, text } from './support/blocks.ts'

const [a, b, c] = [text('a').cid, text('b').cid, text('c').cid]
const linksOf = ({ cid, bytes }: ReturnType<typeof text>): string[] | undefined =>
  linkReader(cid.code)?.(bytes).map(String)
const strings = (...cids: readonly CID[]): string[] => cids.map(String)

describe('links', () => {
  it('of dag-pb come in the order of its links, also twice', () => {
    expect(linksOf(pb([b, a, b]))).toEqual(strings(b, a, b))
  })

  it('of dag-cbor come from maps and lists of any depth, in the order of the bytes', () => {
    expect(linksOf(cbor({ list: [b, { deep: c }], a }))).toEqual(strings(a, b, c))
  })

  it('of dag-json come from maps and lists of any depth', () => {
    expect(linksOf(json({ a, list: [b, { deep: c }] }))).toEqual(strings(a, b, c))
  })

  it('that are alone are found', () => {
    expect(linksOf(cbor(a))).toEqual(strings(a))
    expect(linksOf(json(a))).toEqual(strings(a))
  })

  it('are none in text, numbers and bytes', () => {
    const value = { text: `${a}`, number: 1, none: null, flag: true }
    expect(linksOf(cbor({ ...value, bytes: a.bytes }))).toEqual([])
    expect(linksOf(json(value))).toEqual([])
  })

  it('keep version and codec', () => {
    const v0 = CID.createV0(a.multihash as never)
    expect(linksOf(cbor([v0, identityBlock(Uint8Array.of(1)).cid]))?.[0]).toBe(`${v0}`)
  })

  it.each([cbor, json])('of what the codec cannot read are an error', (make) => {
    expect(() => linkReader(make(1).cid.code)?.(Uint8Array.of(0xff, 0xff))).toThrow()
  })
})

it('raw, cbor and json have no links, an unknown codec has no reader, and a given one comes first', () => {
  expect([0x55, 0x51, 0x0200, 0x70, 0x71, 0x0129].map(isLeaf)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  expect(linkReader(0x1234)).toBeUndefined()
  expect(linkReader(0x71, new Map([[0x71, () => [a]]]))?.(new Uint8Array())).toEqual([a])
})
