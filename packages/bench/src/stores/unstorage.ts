import { createStorage, type Driver } from 'unstorage'
import fs from 'unstorage/drivers/fs'
import redis from 'unstorage/drivers/redis'
import type { Store } from './store.ts'

export function unstorageFs(path: string): Store {
  return unstorage(fs({ base: path }))
}

export function unstorageRedis(url: string): Store {
  return unstorage(redis({ url }))
}

function unstorage(driver: Driver): Store {
  const storage = createStorage({ driver })
  return {
    put: ({ cid, bytes }) => storage.setItemRaw(cid.toString(), bytes),
    get: async (cid) => (await storage.getItemRaw<Uint8Array>(cid.toString())) ?? undefined,
    has: (cid) => storage.hasItem(cid.toString()),
    delete: (cid) => storage.removeItem(cid.toString()),
    list: async () => (await storage.getKeys()).length,
    close: () => storage.dispose(),
  }
}
