/** What a command takes. */
export type Argument = string | Buffer | number

/** The part of an ioredis pipeline that is used. */
export interface RedisPipeline {
  exec(): Promise<[error: Error | null, result: unknown][] | null>
}

/** The part of an ioredis `Redis` that is used. */
export interface RedisClient {
  readonly status: string
  readonly options: RedisClientSettings
  callBuffer(command: string, args: Argument[]): Promise<unknown>
  pipeline(commands: unknown[][]): RedisPipeline
}

/** The part of an ioredis `Cluster` that is used. */
export interface RedisClusterClient {
  readonly isCluster: boolean
  readonly status: string
  readonly options: RedisClientSettings
  /** The nodes of each slot as `host:port`, the master first. */
  readonly slots: readonly (readonly string[])[]
  nodes(role: 'master'): RedisClient[]
  callBuffer(command: string, args: Argument[]): Promise<unknown>
  refreshSlotsCache(done?: (error?: unknown) => void): void
}

export interface RedisClientSettings {
  readonly keyPrefix?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** What blocks are reached through. */
export type Link =
  /** One server, or the master that sentinels name. */
  | { readonly kind: 'server' | 'sentinel'; readonly client: RedisClient }
  | { readonly kind: 'cluster'; readonly client: RedisClusterClient }

/** Every node that holds blocks. */
export function mastersOf(link: Link): readonly RedisClient[] {
  return link.kind === 'cluster' ? link.client.nodes('master') : [link.client]
}

export function isCluster(client: RedisClient | RedisClusterClient): client is RedisClusterClient {
  return 'isCluster' in client && client.isCluster === true
}
