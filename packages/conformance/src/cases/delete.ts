import { assertBytes, assertEqual, assertLists } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const deleteCases: readonly BackendCase[] = [
  {
    id: 'delete/removes',
    title: 'once delete has resolved, get and has no longer see the block',
    async run({ backend, block }) {
      const { cid, bytes } = await block()
      await backend.put({ cid, bytes })
      await backend.delete(cid)
      assertEqual('get after delete', await backend.get(cid), undefined)
      assertEqual('has after delete', await backend.has(cid), false)
    },
  },
  {
    id: 'delete/absent-resolves',
    title: 'deleting a block that is not there resolves, also twice',
    async run({ backend, block }) {
      const never = await block()
      await backend.delete(never.cid)
      const once = await block()
      await backend.put(once)
      await backend.delete(once.cid)
      await backend.delete(once.cid)
      assertEqual('has after two deletes', await backend.has(once.cid), false)
    },
  },
  {
    id: 'delete/after-many-puts',
    title: 'one delete removes a block, however often it was put',
    async run({ backend, block }) {
      const one = await block()
      for (let i = 0; i < 3; i++) await backend.put(one)
      await backend.delete(one.cid)
      assertEqual('get after three puts and a delete', await backend.get(one.cid), undefined)
    },
  },
  {
    id: 'delete/leaves-others-alone',
    title: 'deleting a block changes no other',
    async run({ backend, block, blocks }) {
      const kept = await blocks(10)
      const gone = await block()
      await putAll(backend, [...kept, gone])
      await backend.delete(gone.cid)
      await backend.delete((await block()).cid)
      for (const { cid, bytes } of kept) assertBytes('get of another block', await backend.get(cid), bytes)
      assertLists('list after delete', await listAll(backend), kept)
    },
  },
]
