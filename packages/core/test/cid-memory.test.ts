import { expect, test } from 'vitest'
import { cidMemory } from '../src/cid-memory.ts'
import { blockName, cidFromMultihash, cidFromName } from '../src/index.ts'
import { block } from './support/blocks.ts'

test('CIDs made one after the other keep their bytes', () => {
  const blocks = Array.from({ length: 500 }, (_, i) => block(i))
  const named = blocks.map(({ cid }) => cidFromName(blockName(cid)))
  const made = blocks.map(({ cid }) => cidFromMultihash(cid.multihash.bytes))
  for (const [i, { cid }] of blocks.entries()) {
    for (const other of [named[i], made[i]]) {
      expect(Buffer.compare(other?.multihash.bytes as Uint8Array, cid.multihash.bytes)).toBe(0)
      expect(Buffer.compare(other?.multihash.digest as Uint8Array, cid.multihash.digest)).toBe(0)
      expect(Buffer.compare(other?.bytes.subarray(2) as Uint8Array, cid.multihash.bytes)).toBe(0)
    }
  }
})

test('they share memories of 1 KiB, so that one that is kept keeps little', () => {
  const made = Array.from({ length: 100 }, (_, i) => cidFromMultihash(block(i).cid.multihash.bytes))
  const memories = new Set(made.map(({ bytes }) => bytes.buffer))
  expect(memories.size).toBeLessThan(6)
  for (const { byteLength } of memories) expect(byteLength).toBe(1_024)
})

test('whoever transfers the memory of a CID harms none that is made later', () => {
  const { cid } = block(1)
  const gone = cidFromMultihash(cid.multihash.bytes)
  structuredClone(gone.bytes, { transfer: [gone.bytes.buffer] })
  expect(blockName(cidFromMultihash(cid.multihash.bytes))).toBe(blockName(cid))
})

test('what does not fit has a memory of its own', () => {
  expect(cidMemory(5_000)).toHaveLength(5_000)
})
