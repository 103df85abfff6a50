import { assertBytes, assertCode, assertEqual, assertRejects, assertThat, rejection } from '../assert.ts'
import { listAll, putAll } from '../blocks.ts'
import { pause } from '../timing.ts'
import type { BackendCase } from '../types.ts'
import { verbs } from '../verbs.ts'

const closedCases: readonly BackendCase[] = verbs.map((verb) => ({
  id: `closed/${verb.name}`,
  title: `after close, ${verb.name} rejects with ERR_CLOSED`,
  requires: verb.name === 'ping' ? (['close', 'ping'] as const) : (['close'] as const),
  async run({ backend, block }) {
    const stored = await block()
    await backend.put(stored)
    await backend.close?.()
    for (const each of [stored, await block()]) {
      await assertRejects(`${verb.name} after close`, 'ERR_CLOSED', () => verb.call(backend, each))
    }
  },
}))

export const lifetimeCases: readonly BackendCase[] = [
  ...closedCases,
  {
    id: 'closed/listing-under-way',
    title: 'a listing that is under way when the store is closed ends with ERR_CLOSED',
    requires: ['close'],
    async run({ backend, blocks }) {
      await putAll(backend, await blocks(20))
      const listing = backend.list()[Symbol.asyncIterator]()
      await listing.next()
      await backend.close?.()
      const error = await rejection('the rest of the listing', async () => {
        while (!(await listing.next()).done);
      })
      assertCode('the rest of the listing', error, 'ERR_CLOSED')
    },
  },
  {
    id: 'closed/put-has-no-effect',
    title: 'a put that was refused because the store is closed has no effect',
    requires: ['close', 'reopen'],
    async run(context) {
      const refused = await context.block()
      const closed = context.backend
      await closed.close?.()
      await rejection('put after close', () => closed.put(refused))
      await context.reopen()
      assertEqual('has of the refused block', await context.backend.has(refused.cid), false)
    },
  },
  {
    id: 'lifetime/close-twice',
    title: 'close is idempotent, one after another and side by side',
    requires: ['close'],
    async run({ backend, block }) {
      await backend.put(await block())
      await Promise.all([backend.close?.(), backend.close?.()])
      await backend.close?.()
    },
  },
  {
    id: 'lifetime/close-waits',
    title: 'close waits for calls in flight; what they said stays true',
    requires: ['close'],
    async run(context) {
      const { backend, canReopen } = context
      const blocks = await context.blocks(30, 2048)
      const ends: unknown[] = []
      for (const [i, block] of blocks.entries()) {
        backend.put(block).then(
          () => (ends[i] = 'stored'),
          (error: unknown) => (ends[i] = error),
        )
      }
      await backend.close?.()
      await pause(0)
      assertEqual('puts that ended before close did', Object.keys(ends).length, blocks.length)
      const stored = blocks.filter((_, i) => ends[i] === 'stored')
      for (const end of ends) if (end !== 'stored') assertCode('a put that close overtook', end, 'ERR_CLOSED')
      if (!canReopen) return
      await context.reopen()
      for (const { cid, bytes } of stored) {
        assertBytes('a put that close waited for', await context.backend.get(cid), bytes)
      }
    },
  },
  {
    id: 'lifetime/open-again',
    title: 'a closed store can be opened again and used',
    requires: ['close'],
    async run({ backend, canReopen, block }) {
      const [before, after] = [await block(), await block()]
      await backend.put(before)
      await backend.close?.()
      await backend.open?.()
      await backend.put(after)
      assertBytes('get after open', await backend.get(after.cid), after.bytes)
      if (canReopen) assertBytes('get of an earlier block', await backend.get(before.cid), before.bytes)
      const { length } = await listAll(backend)
      assertThat('blocks listed after open', length === 1 || length === 2, '1 or 2', length)
    },
  },
]
