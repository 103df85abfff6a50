import { isCluster, type Link, type RedisClient, type RedisClusterClient } from './client.ts'
import { toPoolError } from './errors.ts'
import { type Life, makeClient } from './make-client.ts'
import type { OwnSource, ResolvedRedisOptions } from './options.ts'
import { within } from './within.ts'

/** A client that is connected, and connects itself again. */
export interface Connection {
  readonly link: Link
  /** Breaks a connection of ours, whatever is on its way; a given client stays as it is. */
  close(): void
}

/**
 * Connects once; a connection that is lost later is made again for ever. Nothing is queued meanwhile, and nothing that was
 * sent is sent again.
 * @throws PoolError `ERR_BACKEND`, not retryable when the server refuses the login; the signal's reason.
 */
export async function connect(options: ResolvedRedisOptions, signal?: AbortSignal): Promise<Connection> {
  const { source } = options
  return source.kind === 'client'
    ? useGiven(source.client, options, signal)
    : makeOwn(source, options, signal)
}

async function useGiven(
  client: RedisClient | RedisClusterClient,
  { name, replyTimeoutMs: limitMs }: ResolvedRedisOptions,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  try {
    await within(client.callBuffer('ping', []), { name, limitMs, signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw toPoolError(error, name)
  }
  return {
    link: isCluster(client) ? { kind: 'cluster', client } : { kind: 'server', client },
    close: () => {},
  }
}

async function makeOwn(
  source: OwnSource,
  { name, replyTimeoutMs: limitMs }: ResolvedRedisOptions,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  const life: Life = { opened: false }
  const { link, client } = makeClient(source, limitMs, life)
  const ended = Promise.withResolvers<never>()
  // Why, the client tells in an event only.
  let reason: unknown
  client.on('error', (error: unknown) => {
    reason = error
  })
  client.on('end', () => ended.reject(reason))
  ended.promise.catch(() => {})
  try {
    await within(Promise.race([client.connect(), ended.promise]), { name, limitMs, signal })
  } catch (error) {
    client.disconnect()
    signal?.throwIfAborted()
    throw toPoolError(reason ?? error, name)
  }
  life.opened = true
  return { link, close: () => client.disconnect() }
}
