import type { Backend, Block, OperationOptions } from '@blockpool/core'

/** One way to call a store, so that a rule about all of them is written once. */
export interface Verb {
  readonly name: 'get' | 'put' | 'has' | 'delete' | 'list' | 'ping'
  call(backend: Backend, block: Block, options?: OperationOptions): Promise<unknown>
}

export const verbs: readonly Verb[] = [
  { name: 'get', call: (backend, { cid }, options) => backend.get(cid, options) },
  { name: 'put', call: (backend, block, options) => backend.put(block, options) },
  { name: 'has', call: (backend, { cid }, options) => backend.has(cid, options) },
  { name: 'delete', call: (backend, { cid }, options) => backend.delete(cid, options) },
  {
    name: 'list',
    async call(backend, _block, options) {
      const cids = []
      for await (const cid of backend.list(options)) cids.push(cid)
      return cids
    },
  },
  { name: 'ping', call: async (backend, _block, options) => backend.ping?.(options) },
]
