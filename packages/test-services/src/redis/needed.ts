import { isInstalled, needed } from '../needed.ts'

/** Whether the tests that start Redis can run. */
export function redisNeeded(): boolean {
  return needed({
    name: 'Redis',
    from: 'apt-get install --no-install-recommends redis-server openssl',
    isThere: isInstalled('redis-server', 'redis-cli', 'openssl'),
  })
}

/** A standalone server that somebody else runs and that tests may fill with keys of their own; never emptied. */
export function givenRedisUrl(): string | undefined {
  return process.env.BLOCKPOOL_TEST_REDIS_URL || undefined
}
