import { assertBytes, assertEqual, assertLists, assertRejects } from '../assert.ts'
import { blockOf, listAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const limitsCases: readonly BackendCase[] = [
  {
    id: 'limits/empty-block',
    title: 'a block of 0 bytes is a block',
    async run({ backend }) {
      const empty = await blockOf(new Uint8Array(0))
      assertEqual('has before put', await backend.has(empty.cid), false)
      await backend.put(empty)
      assertBytes('get of the empty block', await backend.get(empty.cid), empty.bytes)
      assertEqual('has of the empty block', await backend.has(empty.cid), true)
      assertLists('list of the empty block', await listAll(backend), [empty])
      await backend.delete(empty.cid)
      assertEqual('get after delete', await backend.get(empty.cid), undefined)
    },
  },
  {
    id: 'limits/one-mebibyte',
    title: 'a block of 1 MiB is stored whole',
    requires: ['blocks of 1 MiB'],
    async run({ backend, block }) {
      const { cid, bytes } = await block(1024 * 1024)
      await backend.put({ cid, bytes })
      assertBytes('get of 1 MiB', await backend.get(cid), bytes)
    },
  },
  {
    id: 'limits/largest-block',
    title: 'a block of exactly maxBlockBytes is stored whole',
    requires: ['a maxBlockBytes of 64 MiB or less'],
    async run({ backend, block }) {
      const { cid, bytes } = await block(backend.traits.maxBlockBytes)
      await backend.put({ cid, bytes })
      assertBytes('get of the largest block', await backend.get(cid), bytes)
    },
  },
  {
    id: 'limits/over-the-largest',
    title: 'a block of more than maxBlockBytes is refused with ERR_BLOCK_TOO_LARGE and leaves nothing',
    requires: ['a maxBlockBytes of 64 MiB or less'],
    async run({ backend, block }) {
      const large = await block((backend.traits.maxBlockBytes ?? 0) + 1)
      await assertRejects('put of a block that is too large', 'ERR_BLOCK_TOO_LARGE', () => backend.put(large))
      assertEqual('has of the refused block', await backend.has(large.cid), false)
      assertLists('list after the refusal', await listAll(backend), [])
    },
  },
]
