export type { RedisClient, RedisClientSettings, RedisClusterClient, RedisPipeline } from './client.ts'
export { redisJournal } from './journal/journal.ts'
export type { RedisJournalOptions } from './journal/options.ts'
export { type RedisLocationsOptions, redisLocations } from './locations/locations.ts'
export type {
  Address,
  RedisClientOptions,
  RedisClusterOptions,
  RedisOptions,
  RedisSentinelOptions,
  RedisServerOptions,
  RedisUrlOptions,
  TlsOptions,
  WaitReplicas,
} from './options.ts'
export { plugin } from './plugin.ts'
export { redis } from './redis.ts'
