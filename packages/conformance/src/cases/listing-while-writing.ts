import { type Block, blockKey } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { assertEqual, assertLists, assertThat } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const listingWhileWritingCases: readonly BackendCase[] = [
  {
    id: 'list/while-writing',
    title: 'blocks that are there throughout are yielded exactly once while others come and go',
    async run({ backend, blocks }) {
      const stable = await blocks(150)
      const going = await blocks(50)
      const coming = await blocks(50)
      await putAll(backend, [...stable, ...going])
      const seen: CID[] = []
      for await (const cid of backend.list()) {
        const next = seen.push(cid) - 1
        const [goes, comes] = [going[next], coming[next]]
        if (goes) await backend.delete(goes.cid)
        if (comes) await backend.put(comes)
      }
      assertListing(seen, stable, [...going, ...coming])
    },
  },
  {
    id: 'list/while-writers-run',
    title: 'the same while writers do not wait for the reader',
    async run({ backend, blocks }) {
      const stable = await blocks(100)
      const others = await blocks(100)
      await putAll(backend, stable)
      const writing = others.map(async (block, i) => {
        await backend.put(block)
        if (i % 2) await backend.delete(block.cid)
      })
      const [seen] = await Promise.all([listAll(backend), ...writing])
      assertListing(seen, stable, others)
    },
  },
  {
    id: 'list/while-deleting-what-it-yields',
    title: 'a collector may delete each block as it is yielded and misses none',
    async run({ backend, blocks }) {
      const all = await blocks(150)
      await putAll(backend, all)
      const seen: CID[] = []
      for await (const cid of backend.list()) {
        seen.push(cid)
        await backend.delete(cid)
      }
      assertLists('list while deleting', seen, all)
      assertLists('list after deleting everything', await listAll(backend), [])
    },
  },
]

/** Each stable block once, and of the others only known ones. */
function assertListing(seen: readonly CID[], stable: readonly Block[], others: readonly Block[]): void {
  const counts = new Map<string, number>()
  for (const cid of seen) counts.set(blockKey(cid), (counts.get(blockKey(cid)) ?? 0) + 1)
  for (const { cid } of stable) {
    assertEqual(`times that ${cid} was listed`, counts.get(blockKey(cid)) ?? 0, 1)
  }
  const known = new Set([...stable, ...others].map(({ cid }) => blockKey(cid)))
  for (const cid of seen) assertThat('a listed CID', known.has(blockKey(cid)), 'a block that was put', cid)
}
