import * as cache from 'cacache'
import type { Store } from './store.ts'

/** Its types do not know the options; without them every put and delete of a key would stay in its index. */
const removeEntry = cache.rm.entry as (path: string, key: string, options: object) => Promise<unknown>

/** Without the memory that it keeps by itself, as no other contender has one. */
export function cacache(path: string): Store {
  const options = { memoize: false }
  return {
    put: ({ cid, bytes }) =>
      cache.put(path, cid.toString(), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options),
    get: async (cid) => (await cache.get(path, cid.toString(), options)).data,
    has: async (cid) => Boolean(await cache.get.info(path, cid.toString())),
    delete: (cid) => removeEntry(path, cid.toString(), { removeFully: true }),
    list: async () => Object.keys(await cache.ls(path)).length,
    close: async () => {},
  }
}
