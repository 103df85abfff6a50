import { assertBytes, assertEqual, assertLists, assertThat } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const durabilityCases: readonly BackendCase[] = [
  {
    id: 'durability/claim-can-be-shown',
    title: "a durability beyond 'none' comes with a way to reopen the store",
    async run({ backend, canReopen }) {
      const { durability } = backend.traits
      assertThat('reopen in BackendUnderTest', canReopen || durability === 'none', 'a function', undefined)
    },
  },
  {
    id: 'durability/blocks-outlive-close',
    title: 'every acknowledged block is there after close and reopen',
    requires: ['reopen'],
    async run(context) {
      const all = [...(await context.blocks(30, 500)), await context.block(70_000), await context.block(0)]
      await putAll(context.backend, all)
      await context.reopen()
      for (const { cid, bytes } of all) {
        assertBytes('get after reopen', await context.backend.get(cid), bytes)
        assertEqual('has after reopen', await context.backend.has(cid), true)
      }
      assertLists('list after reopen', await listAll(context.backend), all)
    },
  },
  {
    id: 'durability/deletes-outlive-close',
    title: 'a deleted block does not come back after close and reopen',
    requires: ['reopen'],
    async run(context) {
      const all = await context.blocks(10)
      const gone = all.slice(0, 4)
      await putAll(context.backend, all)
      for (const { cid } of gone) await context.backend.delete(cid)
      await context.reopen()
      for (const { cid } of gone) assertEqual('get after reopen', await context.backend.get(cid), undefined)
      assertLists('list after reopen', await listAll(context.backend), all.slice(4))
    },
  },
  {
    id: 'durability/usable-after-reopen',
    title: 'a reopened store takes puts and deletes, time after time',
    requires: ['reopen'],
    async run(context) {
      const kept = []
      for (let i = 0; i < 3; i++) {
        const [stays, goes] = [await context.block(), await context.block()]
        await putAll(context.backend, [stays, goes])
        await context.reopen()
        await context.backend.delete(goes.cid)
        kept.push(stays)
        assertLists(`list after reopen ${i + 1}`, await listAll(context.backend), kept)
      }
    },
  },
]
