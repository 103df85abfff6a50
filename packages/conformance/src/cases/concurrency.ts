import { assertBytes, assertEqual, assertLists } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import { pause } from '../timing.ts'
import type { BackendCase } from '../types.ts'

export const concurrencyCases: readonly BackendCase[] = [
  {
    id: 'concurrency/same-block',
    title: 'one block put 100 times at once is one whole block',
    async run({ backend, block }) {
      const one = await block(4096)
      await putAll(backend, Array(100).fill(one))
      assertBytes('get after 100 puts at once', await backend.get(one.cid), one.bytes)
      assertLists('list after 100 puts at once', await listAll(backend), [one])
      await Promise.all(Array.from({ length: 20 }, () => backend.delete(one.cid)))
      assertEqual('has after 20 deletes at once', await backend.has(one.cid), false)
    },
  },
  {
    id: 'concurrency/thousand-at-once',
    title: '1,000 blocks put at once, read at once and deleted at once',
    async run({ backend, block, blocks }) {
      const all = await blocks(1000, 128)
      await putAll(backend, all)
      const got = await Promise.all(all.map(({ cid }) => backend.get(cid)))
      for (const [i, { bytes }] of all.entries()) assertBytes('one of 1,000 gets at once', got[i], bytes)
      const unknown = await block()
      const asked = await Promise.all([...all, unknown].map(({ cid }) => backend.has(cid)))
      assertEqual('blocks that has saw, of 1,000', asked.filter((answer) => answer).length, 1000)
      await Promise.all(all.map(({ cid }) => backend.delete(cid)))
      assertLists('list after 1,000 deletes at once', await listAll(backend), [])
    },
  },
  {
    id: 'concurrency/put-against-delete',
    title: 'a put and a delete at once end with the block there or gone, and every verb agrees',
    async run({ backend, block }) {
      for (let round = 0; round < 20; round++) {
        const { cid, bytes } = await block(1024)
        if (round % 2) await backend.put({ cid, bytes })
        const put = (): Promise<void> => backend.put({ cid, bytes })
        const remove = (): Promise<void> => backend.delete(cid)
        const calls = round % 4 < 2 ? [put, remove] : [remove, put]
        await Promise.all([...calls, ...calls].map((call) => call()))
        const there = await backend.has(cid)
        if (there) assertBytes('get of a block that is there', await backend.get(cid), bytes)
        else assertEqual('get of a block that is gone', await backend.get(cid), undefined)
        assertEqual('blocks listed', (await listAll(backend)).length, there ? 1 : 0)
        await backend.delete(cid)
        assertEqual('has after one more delete', await backend.has(cid), false)
      }
    },
  },
  {
    id: 'concurrency/never-torn',
    title: 'a get during a put finds the whole block or nothing',
    async run({ backend, blocks }) {
      for (const { cid, bytes } of await blocks(5, 262_144)) {
        let stored = false
        const putting = backend.put({ cid, bytes }).finally(() => (stored = true))
        const reading = async (): Promise<void> => {
          do {
            const got = await backend.get(cid)
            if (got !== undefined) assertBytes('get during put', got, bytes)
            await pause(0)
          } while (!stored)
        }
        await Promise.all([putting, reading(), reading()])
      }
    },
  },
  {
    id: 'concurrency/calls-do-not-mix',
    title: 'calls on many blocks at once each get their own answer',
    async run({ backend, blocks }) {
      const [stored, unknown] = [await blocks(60), await blocks(60)]
      await putAll(backend, stored)
      const all = stored.flatMap((block, i) => [block, unknown[i] ?? block])
      const known = new Set(stored)
      await Promise.all(
        all.map(async (block) => {
          const [got, has] = await Promise.all([backend.get(block.cid), backend.has(block.cid)])
          assertEqual('has among many calls', has, known.has(block))
          if (has) assertBytes('get among many calls', got, block.bytes)
          else assertEqual('get among many calls', got, undefined)
        }),
      )
    },
  },
]
