import { assertEqual, assertThat } from '../assert.ts'
import { putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const identityCases: readonly BackendCase[] = [
  {
    id: 'identity/stays',
    title: 'the identity is a text that stays the same whatever is stored',
    requires: ['identity'],
    async run({ backend, blocks }) {
      const first = await backend.identity?.()
      assertThat('identity', typeof first === 'string' && first.length > 0, 'a text that is not empty', first)
      const some = await blocks(5)
      await putAll(backend, some)
      assertEqual('identity after puts', await backend.identity?.(), first)
      for (const { cid } of some) await backend.delete(cid)
      assertEqual('identity after deletes', await backend.identity?.(), first)
    },
  },
  {
    id: 'identity/own',
    title: 'two stores have different identities',
    requires: ['identity'],
    async run({ backend, another }) {
      const other = await another()
      const [first, second] = [await backend.identity?.(), await other.identity?.()]
      assertThat('identity of another store', first !== second, 'another than the first', second)
    },
  },
  {
    id: 'identity/outlives-close',
    title: 'the identity is kept over close and reopen, with the data',
    requires: ['identity', 'reopen'],
    async run(context) {
      const first = await context.backend.identity?.()
      await context.backend.put(await context.block())
      await context.reopen()
      assertEqual('identity after reopen', await context.backend.identity?.(), first)
    },
  },
]
