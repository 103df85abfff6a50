import { type LocationIndex, PoolError } from '@blockpool/core'
import { type Connection, connect } from '../connect.ts'
import { notConnected, toPoolError } from '../errors.ts'
import {
  type RedisClientOptions,
  type RedisClusterOptions,
  type RedisOptions,
  type RedisSentinelOptions,
  type RedisServerOptions,
  type RedisUrlOptions,
  resolveOptions,
} from '../options.ts'
import { within } from '../within.ts'

type Place<T> = Omit<T, 'allowEviction' | 'waitReplicas'>

/** Where the index is. `keyPrefix` starts every key, 'blockpool-locations:' unless given. */
export type RedisLocationsOptions =
  | Place<RedisServerOptions>
  | Place<RedisUrlOptions>
  | Place<RedisSentinelOptions>
  | Place<RedisClusterOptions>
  | Place<RedisClientOptions>

/** Hex digits of the digest that choose the hash a block is in: 65,536 hashes are small, and so compact, up to 8 million copies. */
const SHARD_DIGITS = 4

/**
 * An index of where copies are, for all processes of a pool: a field for each copy, in hashes that are spread over the
 * slots of a cluster. What Redis forgets or evicts costs questions and nothing else, so any server will do.
 * @throws PoolError `ERR_INVALID_OPTIONS`
 */
export function redisLocations(given: string | RedisLocationsOptions): LocationIndex {
  const options = resolveOptions({
    keyPrefix: 'blockpool-locations:',
    ...(typeof given === 'string' ? { url: given } : given),
    allowEviction: true,
  } as RedisOptions)
  const { name, keyPrefix, replyTimeoutMs: limitMs } = options
  let open: Connection | undefined

  const call = async (command: string, ...args: (string | Buffer)[]): Promise<unknown> => {
    if (!open) throw new PoolError('ERR_CLOSED', `the location index in ${name} is not open`)
    const { client } = open.link
    if (client.status !== 'ready') throw notConnected(name)
    try {
      return await within(client.callBuffer(command, args), { name, limitMs })
    } catch (error) {
      throw toPoolError(error, name)
    }
  }
  const shardOf = (multihash: Uint8Array): string =>
    keyPrefix + Buffer.from(multihash.subarray(-SHARD_DIGITS)).toString('hex').slice(-SHARD_DIGITS)

  return {
    async open() {
      open ??= await connect(options)
    },
    async close() {
      open?.close()
      open = undefined
    },
    async find(multihash, backends) {
      if (backends.length === 0) return []
      const fields = backends.map((backend) => fieldOf(multihash, backend))
      const answers = (await call('hmget', shardOf(multihash), ...fields)) as (Buffer | null)[]
      return backends.filter((_, i) => answers[i] !== null)
    },
    async note(multihash, backend, holds) {
      const field = fieldOf(multihash, backend)
      await (holds ? call('hset', shardOf(multihash), field, '') : call('hdel', shardOf(multihash), field))
    },
  }
}

function fieldOf(multihash: Uint8Array, backend: string): Buffer {
  return Buffer.concat([multihash, Buffer.from(backend)])
}
