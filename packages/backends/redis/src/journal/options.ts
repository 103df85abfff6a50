import { PoolError } from '@blockpool/core'
import {
  type RedisClientOptions,
  type RedisClusterOptions,
  type RedisOptions,
  type RedisSentinelOptions,
  type RedisServerOptions,
  type RedisUrlOptions,
  type ResolvedRedisOptions,
  resolveOptions,
} from '../options.ts'

interface JournalOptions {
  /** Starts every key; all keys of a journal are in one slot of a cluster. @default 'blockpool-journal:' */
  readonly keyPrefix?: string | undefined
  /**
   * Longer than any put takes, with its retries and what its requests may still do after they were cut off. A delete is
   * done again after this time. Milliseconds, at least 1,000. @default 60_000
   */
  readonly longestPutMs?: number | undefined
  /** Other processes see a deleted block for so long at most. Milliseconds, at least 10. @default 1_000 */
  readonly journalLagMs?: number | undefined
  /**
   * Opens on a server that may forget what it has acknowledged (a cluster, Sentinel, `appendfsync` other than `always`, an
   * eviction policy): deletes are promised until it does. @default false
   */
  readonly allowLossyJournal?: boolean | undefined
}

type Place<T> = Omit<T, 'allowEviction' | 'waitReplicas' | 'keyPrefix'> & JournalOptions

export type RedisJournalOptions =
  | Place<RedisServerOptions>
  | Place<RedisUrlOptions>
  | Place<RedisSentinelOptions>
  | Place<RedisClusterOptions>
  | Place<RedisClientOptions>

export interface ResolvedJournalOptions {
  readonly redis: ResolvedRedisOptions
  readonly keyPrefix: string
  readonly longestPutMs: number
  readonly lagMs: number
  readonly allowLossy: boolean
}

/**
 * Fills in the defaults.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option that does not fit.
 */
export function resolveJournalOptions(given: string | RedisJournalOptions): ResolvedJournalOptions {
  const options = typeof given === 'string' ? { url: given } : given
  const {
    keyPrefix = 'blockpool-journal:',
    longestPutMs = 60_000,
    journalLagMs = 1_000,
    allowLossyJournal = false,
    ...place
  } = options
  if (!(Number.isFinite(longestPutMs) && longestPutMs >= 1_000))
    throw invalid('longestPutMs must be a finite number of at least 1000')
  if (!(Number.isFinite(journalLagMs) && journalLagMs >= 10))
    throw invalid('journalLagMs must be a finite number of at least 10')
  if (/[{}]/.test(keyPrefix)) throw invalid('keyPrefix must have no braces')
  // What an eviction policy does to a journal is for it to say.
  const redis = resolveOptions({ ...place, allowEviction: true } as RedisOptions)
  return { redis, keyPrefix, longestPutMs, lagMs: journalLagMs, allowLossy: allowLossyJournal }
}

function invalid(reason: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `redis journal: ${reason}`)
}
