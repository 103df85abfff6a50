import { Redis, type RedisOptions } from 'ioredis'
import type { Link } from './client.ts'
import type { Login, OwnSource, RedisClusterOptions, RedisSentinelOptions, TlsOptions } from './options.ts'

const FIRST_PAUSE_MS = 25
const MOST_PAUSE_MS = 2_000
const LOADING_POLL_MS = 250
const SLOTS_REFRESH_MS = 5_000

export interface Life {
  /** It was connected once; before, it gives up at the first failure. */
  opened: boolean
}

/** A client that is not connected yet. */
export interface OwnClient {
  readonly link: Link
  readonly client: {
    connect(): Promise<void>
    disconnect(): void
    on(event: 'error' | 'end', listener: (error: unknown) => void): unknown
  }
}

/**
 * A client that queues nothing while it is not connected, sends nothing twice, and takes a server that says nothing for
 * `replyTimeoutMs` for dead.
 */
export function makeClient(source: OwnSource, replyTimeoutMs: number, life: Life): OwnClient {
  const pause = (attempt: number): number | null =>
    life.opened ? Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), MOST_PAUSE_MS) : null
  const base = { ...baseOptions(replyTimeoutMs), ...loginOf(source) }
  if (source.kind === 'cluster') return cluster(source, base, pause)
  const own = { lazyConnect: true, enableOfflineQueue: false, retryStrategy: pause, db: source.db ?? 0 }
  if (source.kind === 'sentinel') {
    const client = new Redis({ ...base, ...own, ...sentinelOptions(source, pause) })
    return { link: { kind: 'sentinel', client }, client }
  }
  const { path, host = '127.0.0.1', port = 6379 } = source
  const client = new Redis({ ...base, ...own, ...(path === undefined ? { host, port } : { path }) })
  return { link: { kind: 'server', client }, client }
}

type NodeOptions = ReturnType<typeof baseOptions> & ReturnType<typeof loginOf>

function cluster(
  { cluster: { nodes } }: RedisClusterOptions,
  redisOptions: NodeOptions,
  pause: (attempt: number) => number | null,
): OwnClient {
  const client = new Redis.Cluster([...nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: pause,
    // What was sent is not sent again: whoever called decides.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    redisOptions,
  })
  return { link: { kind: 'cluster', client }, client }
}

function baseOptions(replyTimeoutMs: number) {
  return {
    connectTimeout: replyTimeoutMs,
    socketTimeout: replyTimeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    maxLoadingRetryTime: LOADING_POLL_MS,
    // A master that has become a replica: the next connection finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

function loginOf({ username, password, tls }: Login) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOf(tls) }),
  }
}

function sentinelOptions(
  { sentinel, tls: serverTls }: RedisSentinelOptions,
  pause: (attempt: number) => number | null,
) {
  const { name, nodes, username, password, tls } = sentinel
  return {
    name,
    sentinels: nodes.map(({ host, port }) => ({ host, port })),
    sentinelRetryStrategy: pause,
    enableTLSForSentinelMode: Boolean(serverTls),
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(tls && { sentinelTLS: tlsOf(tls) }),
  }
}

function tlsOf(tls: true | TlsOptions): NonNullable<RedisOptions['tls']> {
  const given = tls === true ? [] : Object.entries(tls).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}
