import type { Blockstore } from 'interface-blockstore'
import { count, type Store } from './store.ts'

/** Any js blockstore. Its `get` yields a block in pieces, which users gather. */
export function blockstore(store: Blockstore, close: () => Promise<unknown> = async () => {}): Store {
  return {
    put: async ({ cid, bytes }) => store.put(cid, bytes),
    get: (cid) => gather(store.get(cid)),
    has: async (cid) => store.has(cid),
    delete: async (cid) => store.delete(cid),
    list: () => count(store.getAll()),
    close,
  }
}

async function gather(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  const [first] = all
  return first && all.length === 1 ? first : Buffer.concat(all)
}
