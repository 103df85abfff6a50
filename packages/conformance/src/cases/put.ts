import type { Block } from '@blockpool/core'
import { assertBytes, assertEqual, assertLists } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const putCases: readonly BackendCase[] = [
  {
    id: 'put/resolved-is-readable',
    title: 'once put has resolved, get, has and list see the block',
    async run({ backend, blocks }) {
      const stored: Block[] = []
      for (const block of await blocks(10)) {
        await backend.put(block)
        stored.push(block)
        assertBytes('get right after put', await backend.get(block.cid), block.bytes)
        assertEqual('has right after put', await backend.has(block.cid), true)
        assertLists('list right after put', await listAll(backend), stored)
      }
    },
  },
  {
    id: 'put/idempotent',
    title: 'a block that is put again stays one block with the same bytes',
    async run({ backend, block }) {
      const one = await block()
      for (let i = 0; i < 3; i++) await backend.put({ cid: one.cid, bytes: one.bytes.slice() })
      assertBytes('get after three puts', await backend.get(one.cid), one.bytes)
      assertLists('list after three puts', await listAll(backend), [one])
    },
  },
  {
    id: 'put/again-after-delete',
    title: 'a block that was deleted can be put again',
    async run({ backend, block }) {
      const one = await block()
      for (let i = 0; i < 3; i++) {
        await backend.put(one)
        await backend.delete(one.cid)
      }
      await backend.put(one)
      assertBytes('get after put, delete and put', await backend.get(one.cid), one.bytes)
      assertLists('list after put, delete and put', await listAll(backend), [one])
    },
  },
  {
    id: 'put/leaves-others-alone',
    title: 'putting a block changes no other',
    async run({ backend, blocks }) {
      const before = await blocks(10)
      await putAll(backend, before)
      await putAll(backend, await blocks(10))
      for (const { cid, bytes } of before)
        assertBytes('get of an earlier block', await backend.get(cid), bytes)
    },
  },
]
