import { randomUUID } from 'node:crypto'
import type { CreateBackend } from '@blockpool/conformance'
import { type RedisOptions, redis } from '@blockpool/redis'

/** A prefix that no other test has, so that tests may share a server. */
export function ownPrefix(): string {
  return `test:${randomUUID()}:`
}

/** Makes a store under a prefix of its own with each call; instances over one prefix share its data. */
export function storesOn(options: RedisOptions): CreateBackend {
  return async () => {
    const keyPrefix = ownPrefix()
    const create = () => redis({ ...options, keyPrefix })
    return { backend: create(), reopen: async () => create() }
  }
}
