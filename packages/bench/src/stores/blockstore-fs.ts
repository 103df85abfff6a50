import { FsBlockstore } from 'blockstore-fs'
import { blockstore } from './blockstore.ts'
import type { Store } from './store.ts'

/** It does not sync. */
export async function blockstoreFs(path: string): Promise<Store> {
  const store = new FsBlockstore(path)
  await store.open()
  return blockstore(store, async () => store.close())
}
