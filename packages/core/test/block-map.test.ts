import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { BlockMap } from '../src/block-map.ts'
import type { Block } from '../src/index.ts'

/** A block whose digest starts with the same 30 bits as those of the same group. */
function blockOf(group: number, index: number): Block {
  const digest = new Uint8Array(32)
  digest.set([group, 1, 2, 3 & ~3], 0)
  digest[31] = index
  return { cid: CID.createV1(0x55, Digest.create(0x12, digest)), bytes: Uint8Array.of(group, index) }
}

test('blocks that share the bits of their number are told apart', () => {
  const map = new BlockMap()
  const blocks = [0, 1, 2].map((index) => blockOf(7, index))
  for (const block of blocks) expect(map.set(block)).toBe(undefined)
  expect(map.size).toBe(3)
  for (const block of blocks) expect(map.get(block.cid)).toBe(block)
  expect(map.get(blockOf(7, 3).cid)).toBe(undefined)
  expect([...map.values()]).toEqual(blocks)
})

test('the version and the codec do not matter to what a block is; the hash function does', () => {
  const map = new BlockMap()
  const { cid, bytes } = blockOf(1, 1)
  map.set({ cid, bytes })
  expect(map.get(CID.createV0(cid.multihash as Parameters<typeof CID.createV0>[0]))?.bytes).toBe(bytes)
  expect(map.get(CID.createV1(0x70, cid.multihash))?.bytes).toBe(bytes)
  expect(map.get(CID.createV1(0x55, Digest.create(0x16, cid.multihash.digest)))).toBe(undefined)
})

test('random calls do what a Map by multihash does, whatever meets in one number', () => {
  const map = new BlockMap()
  const model = new Map<string, Block>()
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < 20_000; i++) {
    const block = blockOf(random(3), random(6))
    const name = block.cid.toString()
    const action = random(3)
    if (action === 0) {
      expect(map.set(block)).toBe(model.get(name))
      model.set(name, block)
    } else if (action === 1) {
      expect(map.delete(block.cid)).toBe(model.get(name))
      model.delete(name)
    } else expect(map.get(block.cid)).toBe(model.get(name))
    expect(map.size).toBe(model.size)
  }
  expect(new Set(map.values())).toEqual(new Set(model.values()))
})

test('a block that stays is met once while others come and go', () => {
  const map = new BlockMap()
  const staying = [blockOf(5, 0), blockOf(5, 1), blockOf(6, 0)]
  for (const block of staying) map.set(block)
  const met: Block[] = []
  for (const block of map.values()) {
    met.push(block)
    const passing = blockOf(5, 2 + (met.length % 2))
    map.delete(passing.cid)
    map.set(blockOf(6, 2 + (met.length % 2)))
    if (met.length > 20) break
  }
  for (const block of staying) expect(met.filter((other) => other === block)).toHaveLength(1)
})
