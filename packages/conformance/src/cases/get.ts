import { assertBytes, assertEqual } from '../assert.ts'
import { blockOf, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

/** Around the sizes where pages, pipes and length fields end. */
const SIZES = [1, 2, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 65_537, 262_144]

export const getCases: readonly BackendCase[] = [
  {
    id: 'get/unknown-is-undefined',
    title: 'get of a block that was never put resolves to undefined',
    async run(context) {
      await putAll(context.backend, await context.blocks(3))
      const { cid } = await context.block()
      assertEqual('get of an unknown block', await context.backend.get(cid), undefined)
    },
  },
  {
    id: 'get/unknown-in-an-empty-store',
    title: 'get in an empty store resolves to undefined',
    async run(context) {
      const { cid } = await context.block()
      assertEqual('get in an empty store', await context.backend.get(cid), undefined)
    },
  },
  {
    id: 'get/same-bytes',
    title: 'get returns exactly the bytes that were put, whatever their size',
    async run({ backend, block }) {
      const { maxBlockBytes = Number.POSITIVE_INFINITY } = backend.traits
      for (const size of SIZES.filter((each) => each <= maxBlockBytes)) {
        const { cid, bytes } = await block(size)
        await backend.put({ cid, bytes })
        assertBytes(`get of a block of ${size} bytes`, await backend.get(cid), bytes)
      }
    },
  },
  {
    id: 'get/every-byte-value',
    title: 'bytes are bytes: no value is decoded, translated or cut off',
    async run({ backend }) {
      const block = await blockOf(Uint8Array.from({ length: 512 }, (_, i) => i & 255))
      await backend.put(block)
      assertBytes('get of all byte values', await backend.get(block.cid), block.bytes)
    },
  },
  {
    id: 'get/the-right-block',
    title: 'each CID leads to its own bytes',
    async run({ backend, blocks }) {
      const all = await blocks(50, 32)
      await putAll(backend, all)
      for (const { cid, bytes } of all) assertBytes('get among 50 blocks', await backend.get(cid), bytes)
    },
  },
  {
    id: 'get/again-and-again',
    title: 'a block can be read any number of times',
    async run({ backend, block }) {
      const { cid, bytes } = await block()
      await backend.put({ cid, bytes })
      for (let i = 0; i < 3; i++) assertBytes(`get number ${i + 1}`, await backend.get(cid), bytes)
    },
  },
]
