import { open } from 'lmdb'
import { count, type Store } from './store.ts'

/** With its defaults: a put resolves when it is committed, and is flushed a moment later. */
export function lmdb(path: string): Store {
  const db = open<Uint8Array, Uint8Array>({ path, encoding: 'binary', keyEncoding: 'binary' })
  return {
    put: ({ cid, bytes }) => db.put(cid.multihash.bytes, bytes),
    get: async (cid) => db.get(cid.multihash.bytes),
    has: async (cid) => db.doesExist(cid.multihash.bytes),
    delete: (cid) => db.remove(cid.multihash.bytes),
    list: () => count(db.getKeys()),
    close: () => db.close(),
  }
}
