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

/** What an open backend holds. */
export interface Session extends Connection {
  readonly keys: Keys
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

export async function openSession(
  options: ResolvedRedisOptions,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const connection = await connect(options, signal)
  const { link } = connection
  const sender =
    link.kind === 'cluster' ? sendToCluster(link.client, options) : sendToServer(link.client, options)
  const common = { mostInFlight: MOST_IN_FLIGHT, limitMs: options.replyTimeoutMs, name: options.name }
  return {
    ...connection,
    keys: keysWith(options.keyPrefix, link.kind === 'cluster'),
    sender,
    readers: new Gatherer({ ...common, writes: false, send: sender.read }),
    writers: new Gatherer({ ...common, writes: true, send: sender.write }),
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
