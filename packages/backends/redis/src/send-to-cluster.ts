import type { RedisClient, RedisClusterClient } from './client.ts'
import { isReply, notConnected, replyCode } from './errors.ts'
import type { ResolvedRedisOptions } from './options.ts'
import {
  type Command,
  isError,
  type Outcome,
  outcomeOf,
  type ReadRequest,
  type Sender,
  type WriteRequest,
} from './send.ts'
import { pipelined, readAnswer, replicationFailure, writeAnswer } from './send-to-server.ts'
import { slotOf } from './slot.ts'

type AnyRequest = ReadRequest | WriteRequest

/**
 * Sends each master its part of a batch as one pipeline. A key whose slot has another master than was thought follows
 * the redirection alone.
 */
export function sendToCluster(cluster: RedisClusterClient, options: ResolvedRedisOptions): Sender {
  const { name, waitReplicas } = options

  const send = async (batch: readonly AnyRequest[], wait: boolean): Promise<readonly Outcome[]> => {
    if (cluster.status !== 'ready') return batch.map(() => ({ error: notConnected(name) }))
    const outcomes: Outcome[] = new Array(batch.length)
    const parts = [...partsOf(cluster, batch)].map(async ([node, places]) => {
      const requests = places.map((place) => batch[place] as AnyRequest)
      const part = await sendPart(node, requests, wait)
      for (const [i, place] of places.entries()) outcomes[place] = part[i] as Outcome
    })
    await Promise.all(parts)
    return outcomes
  }

  const sendPart = async (
    node: RedisClient | undefined,
    requests: readonly AnyRequest[],
    wait: boolean,
  ): Promise<readonly Outcome[]> => {
    const outcomes = node ? await toNode(node, requests, wait) : requests.map(() => LOST)
    if (outcomes.some((outcome) => isError(outcome) && isOutdated(outcome.error))) cluster.refreshSlotsCache()
    return Promise.all(
      outcomes.map((outcome, i) => {
        if (!isError(outcome) || !(outcome === LOST || isRedirection(outcome.error))) return outcome
        // Nobody would wait for its replicas.
        if (wait && waitReplicas) return { error: notConnected(name) }
        return alone(cluster, requests[i] as AnyRequest)
      }),
    )
  }

  const toNode = async (
    node: RedisClient,
    requests: readonly AnyRequest[],
    wait: boolean,
  ): Promise<readonly Outcome[]> => {
    const commands = requests.map(commandOf)
    if (!wait || !waitReplicas) return pipelined(node, commands)
    const { replicas, timeoutMs } = waitReplicas
    const outcomes = [...(await pipelined(node, [...commands, ['wait', replicas, timeoutMs]]))]
    const error = replicationFailure(outcomes.pop() as Outcome, waitReplicas, name)
    return error ? outcomes.map((outcome) => (isError(outcome) ? outcome : { error })) : outcomes
  }

  return {
    async read(batch) {
      const outcomes = await send(batch, false)
      return batch.map((request, i) => readAnswer(request, outcomes[i] as Outcome, name))
    },
    async write(batch) {
      return (await send(batch, true)).map((outcome) => writeAnswer(outcome, name))
    },
  }
}

/** No connection to the master of the slot is known. */
const LOST: Outcome = { error: new Error('no node serves the slot') }

/** ioredis finds the master, and follows redirections. */
function alone(cluster: RedisClusterClient, request: AnyRequest): Promise<Outcome> {
  const [command, ...args] = commandOf(request)
  return outcomeOf(cluster.callBuffer(command, args))
}

function commandOf(request: AnyRequest): Command {
  switch (request.verb) {
    case 'get':
      return ['get', request.key]
    case 'has':
      return ['exists', request.key]
    case 'size':
      return ['strlen', request.key]
    case 'put':
      return ['set', request.key, request.bytes ?? '']
    case 'delete':
      return ['unlink', request.key]
  }
}

/** Places in the batch by the master of their keys; undefined where no connection to it is known. */
function partsOf(
  cluster: RedisClusterClient,
  batch: readonly AnyRequest[],
): ReadonlyMap<RedisClient | undefined, readonly number[]> {
  const nodes = new Map(
    cluster.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]),
  )
  const parts = new Map<RedisClient | undefined, number[]>()
  for (const [place, { key }] of batch.entries()) {
    const node = nodes.get(cluster.slots[slotOf(key)]?.[0] ?? '')
    const part = parts.get(node)
    if (part) part.push(place)
    else parts.set(node, [place])
  }
  return parts
}

function isRedirection(error: unknown): boolean {
  return ['MOVED', 'ASK'].includes(replyCode(error))
}

/** The map of slots may have changed: a redirection, a connection that broke, a master that is none any more. */
function isOutdated(error: unknown): boolean {
  return !isReply(error) || ['MOVED', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN'].includes(replyCode(error))
}
