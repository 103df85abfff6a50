import { Redis } from 'ioredis'
import { count, type Store } from './store.ts'

/** One command for each call, which the client sends together where it can. */
export function rawRedis(url: string): Store {
  const client = new Redis(url, { enableAutoPipelining: true })
  return {
    put: ({ cid, bytes }) =>
      client.set(cid.toString(), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    get: async (cid) => (await client.getBuffer(cid.toString())) ?? undefined,
    has: async (cid) => (await client.exists(cid.toString())) === 1,
    delete: (cid) => client.unlink(cid.toString()),
    list: async () => {
      const keys = new Set<string>()
      for await (const page of client.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
        for (const key of page) keys.add(key)
      }
      return count(keys)
    },
    close: async () => client.disconnect(),
  }
}
