import type { Backend, Block } from '@blockpool/core'
import type { CID } from 'multiformats/cid'

/** What every contender is brought to: five verbs, each written as users of the package write it. */
export interface Store {
  put(block: Block): Promise<unknown>
  get(cid: CID): Promise<Uint8Array | undefined>
  has(cid: CID): Promise<boolean>
  delete(cid: CID): Promise<unknown>
  /** Resolves to the number of CIDs, or keys where the package knows no CIDs, that it walked over. */
  list?(): Promise<number>
  close(): Promise<unknown>
}

/** Ours: a backend, or a pool. */
export async function ours(backend: Backend): Promise<Store> {
  await backend.open?.()
  return {
    put: (block) => backend.put(block),
    get: (cid) => backend.get(cid),
    has: (cid) => backend.has(cid),
    delete: (cid) => backend.delete(cid),
    list: () => count(backend.list()),
    close: async () => backend.close?.(),
  }
}

export async function count(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let found = 0
  for await (const _ of items) found++
  return found
}
