import type { Durability } from '@blockpool/core'
import { type Connection, connect } from './connect.ts'
import { Gatherer } from './gather.ts'
import { type Keys, keysWith } from './keys.ts'
import type { ResolvedRedisOptions } from './options.ts'
import type { ReadAnswer, ReadRequest, Sender, WriteRequest } from './send.ts'
import { sendToCluster } from './send-to-cluster.ts'
import { sendToServer } from './send-to-server.ts'

/** Batches on their way at most: the next are gathered meanwhile. */
const MOST_IN_FLIGHT = 4
const FIRST_GUESS_BYTES = 16 * 1024
/** What one block counts in the mean. */
const SHARE = 1 / 16

/** A server, and the names of the keys of one store on it. */
export interface Keyspace extends Connection {
  readonly keys: Keys
}

/** What an open backend holds. */
export interface Session extends Keyspace {
  readonly sender: Sender
  readonly readers: Gatherer<ReadRequest, ReadAnswer>
  readonly writers: Gatherer<WriteRequest, undefined>
  readonly sizes: Sizes
}

/** A moving mean of block sizes in bytes, so that a batch of gets does not bring back too much. */
export interface Sizes {
  readonly mean: number
  saw(bytes: number): void
}

export async function connectKeyspace(
  options: ResolvedRedisOptions,
  signal: AbortSignal | undefined,
): Promise<Keyspace> {
  const connection = await connect(options, signal)
  return { ...connection, keys: keysWith(options.keyPrefix, connection.link.kind === 'cluster') }
}

/**
 * A server that lets each batch of writes wait, for its disk or its replicas, takes all of a turn in one; the nodes of a cluster
 * work at the same time anyway.
 */
export function startSession(
  keyspace: Keyspace,
  options: ResolvedRedisOptions,
  durability: Durability,
): Session {
  const { link } = keyspace
  const clustered = link.kind === 'cluster'
  const batchesWait = durability === 'power' || options.waitReplicas !== undefined
  const sender = clustered ? sendToCluster(link.client, options) : sendToServer(link.client, options)
  const common = { mostInFlight: MOST_IN_FLIGHT, limitMs: options.replyTimeoutMs, name: options.name }
  return {
    ...keyspace,
    sender,
    readers: new Gatherer({ ...common, writes: false, shares: !clustered, send: sender.read }),
    writers: new Gatherer({
      ...common,
      writes: true,
      shares: !clustered && !batchesWait,
      send: sender.write,
    }),
    sizes: movingMean(),
  }
}

function movingMean(): Sizes {
  let mean = FIRST_GUESS_BYTES
  return {
    get mean() {
      return mean
    },
    saw(bytes) {
      mean += (bytes - mean) * SHARE
    },
  }
}
