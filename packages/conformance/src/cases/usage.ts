import type { Backend, Block } from '@blockpool/core'
import { assertEqual, assertThat } from '../assert.ts'
import { putAll, spellings } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const usageCases: readonly BackendCase[] = [
  {
    id: 'usage/empty',
    title: 'an empty store uses 0 blocks and 0 bytes',
    requires: ['usage'],
    async run({ backend }) {
      await assertUsage('an empty store', backend, [])
    },
  },
  {
    id: 'usage/counts-puts',
    title: 'usage counts the blocks and bytes that were put',
    requires: ['usage'],
    async run({ backend, blocks }) {
      const [small, large] = [await blocks(5, 10), await blocks(3, 5000)]
      await putAll(backend, small)
      await assertUsage('5 blocks of 10 bytes', backend, small)
      await putAll(backend, large)
      await assertUsage('3 more of 5,000 bytes', backend, [...small, ...large])
    },
  },
  {
    id: 'usage/counts-once',
    title: 'a block that is put again, at once or under another spelling, counts once',
    requires: ['usage'],
    async run({ backend, blocks }) {
      const all = await blocks(4, 300)
      await putAll(backend, [...all, ...all])
      await putAll(backend, all)
      for (const { cid, bytes } of all) {
        for (const spelling of spellings(cid)) await backend.put({ cid: spelling, bytes })
      }
      await assertUsage('4 blocks put many times', backend, all)
    },
  },
  {
    id: 'usage/counts-deletes',
    title: 'a deleted block no longer counts, and one that was absent never did',
    requires: ['usage'],
    async run({ backend, block, blocks }) {
      const all = await blocks(6, 200)
      await putAll(backend, all)
      for (const { cid } of all.slice(0, 2)) await backend.delete(cid)
      for (const { cid } of all.slice(0, 2)) await backend.delete(cid)
      await backend.delete((await block()).cid)
      await assertUsage('4 of 6 blocks', backend, all.slice(2))
      for (const { cid } of all) await backend.delete(cid)
      await assertUsage('a store that was emptied', backend, [])
    },
  },
  {
    id: 'usage/outlives-close',
    title: 'usage is right after close and reopen',
    requires: ['usage', 'reopen'],
    async run(context) {
      const all = await context.blocks(6, 700)
      await putAll(context.backend, all)
      await context.backend.delete(all[0]?.cid ?? (await context.block()).cid)
      await context.reopen()
      await assertUsage('a reopened store', context.backend, all.slice(1))
    },
  },
]

async function assertUsage(what: string, backend: Backend, blocks: readonly Block[]): Promise<void> {
  const usage = await backend.usage?.()
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
  assertEqual(`usage().blocks of ${what}`, usage?.blocks, blocks.length)
  assertEqual(`usage().bytes of ${what}`, usage?.bytes, bytes)
  const { freeBytes = 0 } = usage ?? {}
  assertThat(`usage().freeBytes of ${what}`, freeBytes >= 0, 'undefined, or bytes from 0 up', freeBytes)
}
