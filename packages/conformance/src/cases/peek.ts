import type { Backend } from '@blockpool/core'
import { assertBytes, assertEqual } from '../assert.ts'
import type { BackendCase } from '../types.ts'

export const peekCases: readonly BackendCase[] = [
  {
    id: 'peek/the-bytes-or-nothing',
    title:
      'peek returns the bytes of the block or undefined, and undefined for one that is unknown or deleted',
    requires: ['peek'],
    async run({ backend, block }) {
      const [stored, unknown] = [await block(1_000), await block()]
      await backend.put(stored)
      const bytes = backend.peek?.(stored.cid)
      if (bytes !== undefined) assertBytes('peek of a stored block', bytes, stored.bytes)
      assertEqual('peek of an unknown block', backend.peek?.(unknown.cid), undefined)
      await backend.delete(stored.cid)
      assertEqual('peek of a deleted block', backend.peek?.(stored.cid), undefined)
    },
  },
  {
    id: 'peek/closed',
    title: 'after close, peek returns undefined or throws',
    requires: ['peek', 'close'],
    async run({ backend, block }) {
      const stored = await block()
      await backend.put(stored)
      await backend.close?.()
      assertEqual('peek after close', peeked(backend, stored.cid), undefined)
    },
  },
]

function peeked(backend: Backend, cid: Parameters<Backend['get']>[0]): Uint8Array | undefined {
  try {
    return backend.peek?.(cid)
  } catch {
    return undefined
  }
}
