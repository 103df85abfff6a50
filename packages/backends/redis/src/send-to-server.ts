import { PoolError } from '@blockpool/core'
import type { Argument, RedisClient } from './client.ts'
import { notConnected, toPoolError, toWriteError } from './errors.ts'
import type { ResolvedRedisOptions, WaitReplicas } from './options.ts'
import {
  type Command,
  isError,
  type Outcome,
  outcomeOf,
  type ReadAnswer,
  type ReadRequest,
  type Sender,
  type WriteRequest,
} from './send.ts'

/** Sends one MGET for all gets of a batch, one EXISTS for what it asks for, one MSET for its puts, one UNLINK for its deletes. */
export function sendToServer(client: RedisClient, options: ResolvedRedisOptions): Sender {
  const { name, waitReplicas } = options
  return {
    async read(batch) {
      if (client.status !== 'ready') return batch.map(() => notConnected(name))
      const verbs = ['get', 'has', 'size'] as const
      const parts = await Promise.all(verbs.map((verb) => ASK[verb](client, keysOf(batch, verb))))
      const next = new Map(verbs.map((verb, i) => [verb, (parts[i] as readonly Outcome[]).values()]))
      return batch.map((request) =>
        readAnswer(request, next.get(request.verb)?.next().value as Outcome, name),
      )
    },
    async write(batch) {
      if (client.status !== 'ready') return batch.map(() => notConnected(name))
      const [put, deleted, waited] = await Promise.all([
        send(client, 'mset', pairsOf(batch)),
        send(client, 'unlink', keysOf(batch, 'delete')),
        waitReplicas && send(client, 'wait', [waitReplicas.replicas, waitReplicas.timeoutMs]),
      ])
      const late = waited && waitReplicas && replicationFailure(waited, waitReplicas, name)
      return batch.map(({ verb }) => writeAnswer(verb === 'put' ? put : deleted, name) ?? late)
    },
  }
}

/** Without arguments there is nothing to send. */
function send(client: RedisClient, command: string, args: Argument[]): Promise<Outcome> {
  if (args.length === 0) return Promise.resolve({ value: undefined })
  return outcomeOf(client.callBuffer(command, args))
}

function keysOf<R extends ReadRequest | WriteRequest>(batch: readonly R[], verb: R['verb']): string[] {
  const keys: string[] = []
  for (const request of batch) if (request.verb === verb) keys.push(request.key)
  return keys
}

function pairsOf(batch: readonly WriteRequest[]): Argument[] {
  const pairs: Argument[] = []
  for (const { verb, key, bytes } of batch) if (verb === 'put') pairs.push(key, bytes ?? '')
  return pairs
}

type AskAll = (client: RedisClient, keys: string[]) => Promise<readonly Outcome[]>

const ASK: Readonly<Record<ReadRequest['verb'], AskAll>> = {
  async get(client, keys) {
    const outcome = await send(client, 'mget', keys)
    if (isError(outcome)) return keys.map(() => outcome)
    return keys.map((_, i) => ({ value: (outcome.value as readonly unknown[])[i] }))
  },
  /** EXISTS only counts: where some are there and some are not, each is asked for. */
  async has(client, keys) {
    const outcome = await send(client, 'exists', keys)
    if (isError(outcome) || outcome.value === 0) return keys.map(() => outcome)
    if (outcome.value === keys.length) return keys.map(() => ({ value: 1 }))
    return pipelined(
      client,
      keys.map((key) => ['exists', key]),
    )
  },
  size: (client, keys) =>
    pipelined(
      client,
      keys.map((key) => ['strlen', key]),
    ),
}

/** Sends the commands in one go. */
export async function pipelined(
  client: RedisClient,
  commands: readonly Command[],
): Promise<readonly Outcome[]> {
  if (commands.length === 0) return []
  const pipeline = client.pipeline(commands.map((command) => ['callBuffer', ...command]))
  const outcome = await outcomeOf(pipeline.exec())
  if (isError(outcome)) return commands.map(() => outcome)
  const results = outcome.value as readonly [error: Error | null, value: unknown][]
  return results.map(([error, value]) => (error ? { error } : { value }))
}

/** What the server's answer means to the verb. */
export function readAnswer({ verb }: ReadRequest, outcome: Outcome, name: string): ReadAnswer | PoolError {
  if (isError(outcome)) return toPoolError(outcome.error, name)
  const { value } = outcome
  if (verb === 'get') return Buffer.isBuffer(value) ? value : undefined
  return verb === 'has' ? value === 1 : Number(value)
}

export function writeAnswer(outcome: Outcome, name: string): undefined | PoolError {
  return isError(outcome) ? toWriteError(outcome.error, name) : undefined
}

/** Why a write that the server has does not count; undefined when enough replicas have it, too. */
export function replicationFailure(
  outcome: Outcome,
  { replicas }: WaitReplicas,
  name: string,
): undefined | PoolError {
  if (isError(outcome)) return toPoolError(outcome.error, name, { retryable: true, unsettled: true })
  const reached = Number(outcome.value)
  if (reached >= replicas) return undefined
  const message = `${name}: ${reached} of ${replicas} replicas have the write`
  return new PoolError('ERR_BACKEND', message, { retryable: true, unsettled: true })
}
