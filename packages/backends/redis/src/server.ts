import { type Durability, PoolError } from '@blockpool/core'
import { type Link, mastersOf, type RedisClient } from './client.ts'
import { isReply } from './errors.ts'
import type { ResolvedRedisOptions } from './options.ts'

/** What INFO says, by field. https://redis.io/docs/latest/commands/info/ */
export type Info = ReadonlyMap<string, string>

export async function infoOf(node: RedisClient, section: 'server' | 'memory' | 'replication'): Promise<Info> {
  const text = String(await node.callBuffer('info', [section]))
  const fields = text.split('\r\n').map((line) => line.split(/:(.*)/s))
  return new Map(fields.map(([name = '', value = '']) => [name, value]))
}

/**
 * What a write survives here.
 * @throws PoolError `ERR_STORE_INVALID` for a server that may drop blocks; `ERR_INVALID_OPTIONS` for a node of a cluster
 * that is not addressed as such.
 */
export async function inspect(link: Link, options: ResolvedRedisOptions): Promise<Durability> {
  const masters = mastersOf(link)
  const policies = await Promise.all(masters.map(evictionPolicy))
  const drops = policies.some((policy) => policy.startsWith('allkeys'))
  if (drops && !options.allowEviction) throw droppingStore(options.name)
  const [server] = masters
  if (link.kind === 'cluster' || !server) return 'none'
  const mode = (await ifAllowed(infoOf(server, 'server')))?.get('redis_mode')
  if (mode === 'cluster') throw partOfCluster(options.name)
  return link.kind === 'server' && !drops ? durabilityOf(server) : 'none'
}

/** The server may drop keys when its memory is full, or does not say. */
export async function dropsKeys(link: Link): Promise<boolean> {
  const policies = await Promise.all(mastersOf(link).map(evictionPolicy))
  return policies.some((policy) => policy !== 'noeviction')
}

/** Empty when the server does not say. */
async function evictionPolicy(node: RedisClient): Promise<string> {
  const { 'maxmemory-policy': configured } = await settingsOf(node, 'maxmemory*')
  return configured ?? (await ifAllowed(infoOf(node, 'memory')))?.get('maxmemory_policy') ?? ''
}

/**
 * `power` when every write is synced before it is answered, which a rewrite of the file must not suspend.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#append-only-file
 */
async function durabilityOf(server: RedisClient): Promise<Durability> {
  const role = (await ifAllowed(infoOf(server, 'replication')))?.get('role')
  if (role !== 'master') return 'none'
  const file = await settingsOf(server, 'append*')
  const rewrite = await settingsOf(server, 'no-appendfsync-on-rewrite')
  const synced = file.appendonly === 'yes' && file.appendfsync === 'always'
  return synced && rewrite['no-appendfsync-on-rewrite'] === 'no' ? 'power' : 'none'
}

/** Settings that match; none when the server does not let us see them. */
async function settingsOf(node: RedisClient, pattern: string): Promise<Readonly<Record<string, string>>> {
  const reply = (await ifAllowed(node.callBuffer('config', ['get', pattern]))) ?? []
  // With `replyMapping: 'resp3'` a given client answers with an object.
  const flat = Array.isArray(reply) ? reply : Object.entries(reply as object).flat()
  const pairs = Array.from({ length: flat.length / 2 }, (_, i) => [
    String(flat[2 * i]),
    String(flat[2 * i + 1]),
  ])
  return Object.fromEntries(pairs)
}

/** Undefined when the server refuses to answer. */
async function ifAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isReply(error)) return undefined
    throw error
  }
}

/** Bytes that the servers still take; undefined where one has no limit. */
export async function freeBytesOf(link: Link): Promise<number | undefined> {
  const memories = await Promise.all(mastersOf(link).map((node) => infoOf(node, 'memory')))
  let free = 0
  for (const memory of memories) {
    const most = Number(memory.get('maxmemory'))
    if (!(most > 0)) return undefined
    free += Math.max(0, most - Number(memory.get('used_memory')))
  }
  return free
}

function droppingStore(name: string): PoolError {
  const message = `${name} drops keys when its memory is full: set maxmemory-policy to noeviction, or allowEviction`
  return new PoolError('ERR_STORE_INVALID', message)
}

function partOfCluster(name: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `${name} is a node of a cluster: name it in cluster.nodes`)
}
