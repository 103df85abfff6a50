import { randomUUID } from 'node:crypto'
import type { CreateBackend } from '@blockpool/conformance'
import { type RedisOptions, redis } from '@blockpool/redis'
import { Redis } from 'ioredis'

/** A prefix that no other test has, so that tests may share a server. */
export function ownPrefix(): string {
  return `test:${randomUUID()}:`
}

/**
 * Makes a store under a prefix of its own with each call; instances over one prefix share its data. On a server that is
 * not of the tests the keys are removed afterwards.
 */
export function storesOn(options: RedisOptions, foreignUrl?: string): CreateBackend {
  return async () => {
    const keyPrefix = ownPrefix()
    const create = () => redis({ ...options, keyPrefix })
    const store = { backend: create(), reopen: async () => create() }
    return foreignUrl === undefined ? store : { ...store, dispose: () => removeKeys(foreignUrl, keyPrefix) }
  }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url)
  for await (const page of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    const keys = page as string[]
    if (keys.length > 0) await client.unlink(...keys)
  }
  client.disconnect()
}
