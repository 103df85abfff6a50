import type { Backend, Block } from '@blockpool/core'
import { assertBytes, assertEqual } from '../assert.ts'
import type { BackendCase } from '../types.ts'

export const tryPutCases: readonly BackendCase[] = [
  {
    id: 'tryput/stored-or-nothing-done',
    title: 'after tryPut the block is there when it said true, and not there when it said false or threw',
    requires: ['tryPut'],
    async run({ backend, block }) {
      for (const size of [0, 1, 1_000, 100_000]) {
        const one = await block(size)
        const taken = tried(backend, one)
        assertEqual(`has of a block of ${size} bytes`, await backend.has(one.cid), taken)
        if (taken) assertBytes('the block', (await backend.get(one.cid)) as Uint8Array, one.bytes)
      }
    },
  },
  {
    id: 'tryput/again-and-deleted',
    title: 'tryPut of a block that is there keeps it, delete removes it, and it can come again',
    requires: ['tryPut'],
    async run({ backend, block }) {
      const one = await block(1_000)
      await backend.put(one)
      tried(backend, one)
      assertBytes('the block', (await backend.get(one.cid)) as Uint8Array, one.bytes)
      await backend.delete(one.cid)
      assertEqual('has after the delete', await backend.has(one.cid), false)
      assertEqual('has after another tryPut', tried(backend, one), await backend.has(one.cid))
    },
  },
  {
    id: 'tryput/closed',
    title: 'after close, tryPut returns false or throws',
    requires: ['tryPut', 'close'],
    async run({ backend, block }) {
      await backend.close?.()
      assertEqual('tryPut after close', tried(backend, await block()), false)
    },
  },
]

function tried(backend: Backend, block: Block): boolean {
  try {
    return backend.tryPut?.(block) ?? false
  } catch {
    return false
  }
}
