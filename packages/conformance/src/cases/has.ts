import { assertEqual } from '../assert.ts'
import { putAll } from '../blocks.ts'
import type { BackendCase } from '../types.ts'

export const hasCases: readonly BackendCase[] = [
  {
    id: 'has/unknown-is-false',
    title: 'has of a block that was never put is false',
    async run({ backend, block, blocks }) {
      const unknown = await block()
      assertEqual('has in an empty store', await backend.has(unknown.cid), false)
      await putAll(backend, await blocks(3))
      assertEqual('has of an unknown block', await backend.has(unknown.cid), false)
    },
  },
  {
    id: 'has/stored-is-true',
    title: 'has of a stored block is true',
    async run({ backend, blocks }) {
      const stored = await blocks(5)
      await putAll(backend, stored)
      for (const { cid } of stored) assertEqual('has of a stored block', await backend.has(cid), true)
    },
  },
  {
    id: 'has/does-not-read-or-store',
    title: 'asking for a block does not make it exist',
    async run({ backend, block }) {
      const { cid } = await block()
      await backend.has(cid)
      await backend.get(cid)
      assertEqual('has after has and get', await backend.has(cid), false)
    },
  },
]
