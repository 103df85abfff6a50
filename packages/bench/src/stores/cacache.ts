import * as cache from 'cacache'
import type { Store } from './store.ts'

/** Without the memory that it keeps by itself, as no other contender has one. */
export function cacache(path: string): Store {
  const options = { memoize: false }
  return {
    put: ({ cid, bytes }) =>
      cache.put(path, cid.toString(), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options),
    get: async (cid) => (await cache.get(path, cid.toString(), options)).data,
    has: async (cid) => Boolean(await cache.get.info(path, cid.toString())),
    delete: (cid) => cache.rm.entry(path, cid.toString(), { removeFully: true }),
    list: async () => Object.keys(await cache.ls(path)).length,
    close: async () => {},
  }
}
