import { LevelBlockstore } from 'blockstore-level'
import { ClassicLevel } from 'classic-level'
import { blockstore } from './blockstore.ts'
import { count, type Store } from './store.ts'

/** It does not sync. */
export async function blockstoreLevel(path: string): Promise<Store> {
  const store = new LevelBlockstore(path)
  await store.open()
  return blockstore(store, () => store.close())
}

/** It does not sync, by default. */
export async function classicLevel(path: string): Promise<Store> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' })
  await db.open()
  return {
    put: ({ cid, bytes }) => db.put(cid.multihash.bytes, bytes),
    get: (cid) => db.get(cid.multihash.bytes),
    has: (cid) => db.has(cid.multihash.bytes),
    delete: (cid) => db.del(cid.multihash.bytes),
    list: () => count(db.keys()),
    close: () => db.close(),
  }
}
