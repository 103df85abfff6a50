import { createKeyv as createRedis } from '@keyv/redis'
import { KeyvSqlite } from '@keyv/sqlite'
import { Keyv } from 'keyv'
import type { Store } from './store.ts'

export function keyvSqlite(path: string): Store {
  return keyv(new Keyv({ store: new KeyvSqlite(`sqlite://${path}`) }))
}

export function keyvRedis(url: string): Store {
  return keyv(createRedis(url))
}

/** Listing is left out: the adapters page with offsets, which takes the square of the time. */
function keyv(store: Keyv): Store {
  return {
    put: ({ cid, bytes }) =>
      store.set(cid.toString(), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    get: (cid) => store.get<Uint8Array>(cid.toString()),
    has: (cid) => store.has(cid.toString()),
    delete: (cid) => store.delete(cid.toString()),
    close: () => store.disconnect(),
  }
}
