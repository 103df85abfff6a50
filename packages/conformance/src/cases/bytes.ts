import { assertBytes, assertEqual } from '../assert.ts'
import { blockOf, putAll } from '../blocks.ts'
import type { BackendCase, CaseContext } from '../types.ts'

export const bytesCases: readonly BackendCase[] = [
  {
    id: 'bytes/given-are-not-written',
    title: 'bytes given to put, and the buffer around them, are never written into nor taken away',
    async run(context) {
      const { backend, random } = context
      const buffer = random.bytes(3000)
      const view = buffer.subarray(1000, 2000)
      const before = buffer.slice()
      const block = await blockOf(view)
      const check = (): void => {
        assertEqual('bytes in the view that was given', view.length, 1000)
        assertBytes('the buffer around the bytes that were given', buffer, before)
      }
      await backend.put(block)
      check()
      await useStore(context)
      await backend.put(block)
      await backend.delete(block.cid)
      await useStore(context)
      check()
    },
  },
  {
    id: 'bytes/returned-stay-valid',
    title: 'bytes returned by get stay as they are, whatever is called later',
    async run(context) {
      const { backend, canReopen } = context
      const blocks = await context.blocks(10, 500)
      const before = blocks.map(({ bytes }) => bytes.slice())
      await putAll(backend, blocks)
      const got = []
      for (const { cid } of blocks) got.push(await backend.get(cid))
      await useStore(context)
      for (const { cid } of blocks) await backend.delete(cid)
      await useStore(context)
      if (canReopen) await context.reopen()
      for (const [i, bytes] of before.entries()) assertBytes('bytes returned earlier', got[i], bytes)
    },
  },
  {
    id: 'bytes/views',
    title: 'views into one larger buffer are stored as what they show',
    async run({ backend, random }) {
      const buffer = random.bytes(4096)
      const views = [buffer.subarray(0, 100), buffer.subarray(100, 4000), buffer.subarray(4000)]
      for (const view of views) {
        const { cid, bytes } = await blockOf(view)
        await backend.put({ cid, bytes })
        assertBytes(`get of a view at ${view.byteOffset}`, await backend.get(cid), view.slice())
      }
    },
  },
  {
    id: 'bytes/returned-can-be-put',
    title: 'bytes returned by one store can be put into another',
    async run({ backend, another, blocks }) {
      const other = await another()
      const moved = await blocks(5, 1000)
      const before = moved.map(({ bytes }) => bytes.slice())
      await putAll(backend, moved)
      for (const { cid, bytes } of moved) {
        const got = await backend.get(cid)
        assertBytes('get from the first store', got, bytes)
        await other.put({ cid, bytes: got })
      }
      for (const { cid } of moved) await backend.delete(cid)
      for (const [i, { cid }] of moved.entries()) {
        assertBytes('get from the other store', await other.get(cid), before[i] ?? new Uint8Array())
      }
    },
  },
]

/** Calls every verb on blocks of sizes that were used before, so that a buffer in use twice shows. */
async function useStore({ backend, blocks }: CaseContext): Promise<void> {
  const used = [...(await blocks(5, 500)), ...(await blocks(5, 1000))]
  await putAll(backend, used)
  await Promise.all(used.map(({ cid }) => backend.get(cid)))
  for await (const cid of backend.list()) await backend.has(cid)
  for (const { cid } of used) await backend.delete(cid)
}
