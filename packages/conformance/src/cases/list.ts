import { assertEqual, assertLists, assertThat } from '../assert.ts'
import { listAll, putAll, RAW } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const listCases: readonly BackendCase[] = [
  {
    id: 'list/empty-ends',
    title: 'the list of an empty store ends without a block',
    async run({ backend }) {
      assertLists('list of an empty store', await listAll(backend), [])
    },
  },
  {
    id: 'list/each-block-once',
    title: 'list yields every stored block, each once',
    async run({ backend, blocks }) {
      const all = await blocks(100)
      await putAll(backend, all)
      await putAll(backend, all.slice(0, 10))
      assertLists('list of 100 blocks', await listAll(backend), all)
    },
  },
  {
    id: 'list/more-than-a-thousand',
    title: 'list does not end with its first page',
    async run({ backend, blocks }) {
      const all = await blocks(1030, 16)
      await putAll(backend, all)
      assertLists('list of 1030 blocks', await listAll(backend), all)
    },
  },
  {
    id: 'list/deleted-are-gone',
    title: 'list does not yield blocks that were deleted',
    async run({ backend, blocks }) {
      const all = await blocks(12)
      await putAll(backend, all)
      for (const { cid } of all.slice(0, 5)) await backend.delete(cid)
      assertLists('list after 5 of 12 were deleted', await listAll(backend), all.slice(5))
    },
  },
  {
    id: 'list/raw-cids',
    title: 'list yields CIDs of version 1 with the raw codec',
    async run({ backend, blocks }) {
      await putAll(backend, await blocks(3))
      for (const cid of await listAll(backend)) {
        assertEqual('version of a listed CID', cid.version, 1)
        assertEqual('codec of a listed CID', cid.code, RAW)
      }
    },
  },
  {
    id: 'list/starts-anew',
    title: 'each call of list starts from the beginning, also side by side',
    async run({ backend, blocks }) {
      const all = await blocks(10)
      await putAll(backend, all)
      const both = await Promise.all([listAll(backend), listAll(backend)])
      for (const cids of [...both, await listAll(backend)]) assertLists('one of three listings', cids, all)
    },
  },
  {
    id: 'list/early-return',
    title: 'a reader may stop early; the store stays usable',
    async run({ backend, block, blocks }) {
      const all = [...(await blocks(20))]
      await putAll(backend, all)
      for (let i = 0; i < 5; i++) {
        for await (const cid of backend.list()) {
          assertThat('a listed CID', cid !== undefined, 'a CID', cid)
          break
        }
      }
      const more = await block()
      await backend.put(more)
      assertLists('list after stopping early', await listAll(backend), [...all, more])
    },
  },
]
