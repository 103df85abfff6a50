import { PoolError } from '@blockpool/core'
import type { Argument } from '../client.ts'
import { type Connection, connect } from '../connect.ts'
import { notConnected, toWriteError } from '../errors.ts'
import { dropsKeys, inspect } from '../server.ts'
import { within } from '../within.ts'
import type { ResolvedJournalOptions } from './options.ts'

/** The keys of one journal: the braces put them into one slot of a cluster. */
export interface JournalKeys {
  readonly head: string
  readonly debts: string
  readonly version: string
  readonly log: string
  hold(multihash: Uint8Array): string
  /** There while it is known that the block was deleted. */
  trace(multihash: Uint8Array): string
}

/** The server of an open journal. */
export interface JournalServer {
  readonly name: string
  readonly keys: JournalKeys
  /** It may forget what it has acknowledged. */
  readonly lossy: boolean
  /** Runs a script. @throws PoolError `ERR_BACKEND`, `ERR_TIMEOUT`, `ERR_FULL` */
  run(script: string, keys: readonly string[], args: readonly Argument[]): Promise<unknown>
  /** Runs a command. @throws as `run` */
  call(command: string, ...args: readonly Argument[]): Promise<unknown>
  close(): void
}

/**
 * Connects, and looks at what the server keeps.
 * @throws PoolError `ERR_STORE_INVALID` for a server that may forget, unless that is allowed; `ERR_BACKEND`.
 */
export async function openServer(options: ResolvedJournalOptions): Promise<JournalServer> {
  const { redis, allowLossy } = options
  const connection = await connect(redis)
  try {
    const lossy = await isLossy(connection, options)
    if (lossy && !allowLossy) throw forgets(redis.name)
    return serverOf(connection, options, lossy)
  } catch (error) {
    connection.close()
    throw error
  }
}

async function isLossy({ link }: Connection, { redis }: ResolvedJournalOptions): Promise<boolean> {
  const durability = await inspect(link, redis)
  return durability !== 'power' || (await dropsKeys(link))
}

function serverOf(
  { link, close }: Connection,
  { redis: { name, replyTimeoutMs: limitMs }, keyPrefix }: ResolvedJournalOptions,
  lossy: boolean,
): JournalServer {
  const { client } = link
  const call = async (command: string, ...args: readonly Argument[]): Promise<unknown> => {
    if (client.status !== 'ready') throw notConnected(name)
    try {
      return await within(client.callBuffer(command, [...args]), { name, limitMs })
    } catch (error) {
      throw toWriteError(error, name)
    }
  }
  const under = (part: string): string => `{${keyPrefix}}${part}`
  return {
    name,
    lossy,
    keys: {
      head: under('head'),
      debts: under('debts'),
      version: under('version'),
      log: under('log'),
      hold: (multihash) => under(`hold:${nameOf(multihash)}`),
      trace: (multihash) => under(`deleted:${nameOf(multihash)}`),
    },
    run: (script, keys, args) => call('eval', script, keys.length, ...keys, ...args),
    call,
    close,
  }
}

function nameOf(multihash: Uint8Array): string {
  return Buffer.from(multihash).toString('base64url')
}

function forgets(name: string): PoolError {
  const needed =
    "one standalone Redis with appendonly yes, appendfsync always and maxmemory-policy 'noeviction'"
  const message = `${name} may forget what a journal must not: use ${needed}, or allowLossyJournal: true, and deletes are promised until it forgets`
  return new PoolError('ERR_STORE_INVALID', message)
}
