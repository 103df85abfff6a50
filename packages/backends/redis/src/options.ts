import { PoolError } from '@blockpool/core'
import { isCluster, type RedisClient, type RedisClusterClient } from './client.ts'
import { optionsFromUrl } from './url.ts'

interface CommonOptions {
  /** Starts every key. Stores with different prefixes share a database. @default 'blockpool:' */
  readonly keyPrefix?: string | undefined
  /**
   * A server that says nothing for so long is taken for dead: its connection is closed, and what was sent is rejected.
   * Milliseconds, at least 1. @default 5_000
   */
  readonly replyTimeoutMs?: number | undefined
  /** Opens a server that may drop blocks when its memory is full. @default false */
  readonly allowEviction?: boolean | undefined
  /** A write resolves when so many replicas have it, too; other calls wait behind it. @default none */
  readonly waitReplicas?: WaitReplicas | undefined
}

export interface WaitReplicas {
  /** At least 1. */
  readonly replicas: number
  /** Fewer after this long are an error. Milliseconds, less than `replyTimeoutMs`. */
  readonly timeoutMs: number
}

/** How a client of ours introduces itself. */
export interface Login {
  /** @default the user 'default' */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Speaks TLS, with the system's authorities or the given ones. @default false */
  readonly tls?: boolean | TlsOptions | undefined
}

/** As for `tls.connect`; PEM. */
export interface TlsOptions {
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly servername?: string | undefined
}

export interface Address {
  readonly host: string
  readonly port: number
}

export interface RedisServerOptions extends CommonOptions, Login {
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
  /** @default 6379 */
  readonly port?: number | undefined
  /** A unix socket, instead of host and port. */
  readonly path?: string | undefined
  /** Number of the database. @default 0 */
  readonly db?: number | undefined
}

/** `redis://user:password@host:6379/0`, `rediss://…` with TLS, `redis+unix:///path?db=0`. */
export interface RedisUrlOptions extends CommonOptions {
  readonly url: string
  readonly tls?: boolean | TlsOptions | undefined
}

export interface RedisSentinelOptions extends CommonOptions, Login {
  readonly sentinel: {
    /** Name of the group of servers. */
    readonly name: string
    readonly nodes: readonly Address[]
    /** Of the sentinels themselves. */
    readonly username?: string | undefined
    readonly password?: string | undefined
    readonly tls?: boolean | TlsOptions | undefined
  }
  /** Number of the database. @default 0 */
  readonly db?: number | undefined
}

export interface RedisClusterOptions extends CommonOptions, Login {
  readonly cluster: {
    /** Some nodes; the others are asked for. */
    readonly nodes: readonly Address[]
  }
}

export interface RedisClientOptions extends CommonOptions {
  /** An ioredis `Redis` or `Cluster`. It is used as it is configured, and never closed. */
  readonly client: RedisClient | RedisClusterClient
}

export type RedisOptions =
  | RedisServerOptions
  | RedisUrlOptions
  | RedisSentinelOptions
  | RedisClusterOptions
  | RedisClientOptions

/** Where a client of ours connects to. */
export type OwnSource =
  | ({ readonly kind: 'server' } & RedisServerOptions)
  | ({ readonly kind: 'sentinel' } & RedisSentinelOptions)
  | ({ readonly kind: 'cluster' } & RedisClusterOptions)

export type Source = OwnSource | ({ readonly kind: 'client' } & RedisClientOptions)

export interface ResolvedRedisOptions {
  readonly source: Source
  /** For messages; without anything secret. */
  readonly name: string
  readonly keyPrefix: string
  readonly replyTimeoutMs: number
  readonly allowEviction: boolean
  readonly waitReplicas: WaitReplicas | undefined
}

/**
 * Fills in the defaults.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option that does not fit.
 */
export function resolveOptions(given: string | RedisOptions): ResolvedRedisOptions {
  const options = withoutUrl(typeof given === 'string' ? { url: given } : given)
  const { keyPrefix = 'blockpool:', replyTimeoutMs = 5_000, allowEviction = false, waitReplicas } = options
  if (typeof keyPrefix !== 'string') throw invalid('keyPrefix must be a text')
  if (!isDuration(replyTimeoutMs)) throw invalid('replyTimeoutMs must be a finite number of at least 1')
  if (waitReplicas) checkWait(waitReplicas, replyTimeoutMs)
  const source = sourceOf(options)
  return { source, name: nameOf(source), keyPrefix, replyTimeoutMs, allowEviction, waitReplicas }
}

function withoutUrl(options: RedisOptions): Exclude<RedisOptions, RedisUrlOptions> {
  if (!('url' in options)) return options
  const { url, ...rest } = options
  return { ...optionsFromUrl(url), ...rest }
}

const PLACES = ['client', 'sentinel', 'cluster', 'host', 'port', 'path'] as const

function sourceOf(options: Exclude<RedisOptions, RedisUrlOptions>): Source {
  const given = PLACES.filter((name) => (options as Readonly<Record<string, unknown>>)[name] !== undefined)
  const [place] = given
  if (given.length > 1 && given.join() !== 'host,port')
    throw invalid(`${given.join(' and ')} exclude each other`)
  if ('db' in options) checkDatabase(options.db, place)
  if (place === 'client') {
    const { client } = options as RedisClientOptions
    if (client.options.keyPrefix) throw invalid('the given client must have no keyPrefix of its own')
    return { kind: 'client', ...(options as RedisClientOptions) }
  }
  if (place === 'sentinel') {
    const { sentinel } = options as RedisSentinelOptions
    if (sentinel.nodes.length === 0) throw invalid('sentinel.nodes must name a sentinel')
    return { kind: 'sentinel', ...(options as RedisSentinelOptions) }
  }
  if (place === 'cluster') {
    const { cluster } = options as RedisClusterOptions
    if (cluster.nodes.length === 0) throw invalid('cluster.nodes must name a node')
    return { kind: 'cluster', ...(options as RedisClusterOptions) }
  }
  return { kind: 'server', ...(options as RedisServerOptions) }
}

function checkDatabase(db: number | undefined, place: string | undefined): void {
  if (db === undefined) return
  if (place === 'client' || place === 'cluster') throw invalid(`db and ${place} exclude each other`)
  if (!Number.isInteger(db) || db < 0) throw invalid('db must be a whole number of at least 0')
}

function nameOf(source: Source): string {
  const list = (nodes: readonly Address[]): string =>
    nodes.map(({ host, port }) => `${host}:${port}`).join(',')
  switch (source.kind) {
    case 'server': {
      const { path, host = '127.0.0.1', port = 6379, db = 0 } = source
      return path === undefined ? `redis ${host}:${port}/${db}` : `redis ${path} ${db}`
    }
    case 'sentinel':
      return `redis ${source.sentinel.name} of ${list(source.sentinel.nodes)}`
    case 'cluster':
      return `redis cluster ${list(source.cluster.nodes)}`
    case 'client':
      return isCluster(source.client) ? 'the given redis cluster' : 'the given redis client'
  }
}

function checkWait({ replicas, timeoutMs }: WaitReplicas, replyTimeoutMs: number): void {
  if (!Number.isInteger(replicas) || replicas < 1) throw invalid('waitReplicas.replicas must be at least 1')
  if (!isDuration(timeoutMs) || timeoutMs >= replyTimeoutMs) {
    throw invalid('waitReplicas.timeoutMs must be at least 1 and less than replyTimeoutMs')
  }
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1
}

function invalid(reason: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `redis: ${reason}`)
}
