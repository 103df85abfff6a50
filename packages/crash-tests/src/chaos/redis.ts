import { redis } from '@blockpool/redis'
import {
  type RedisOptions,
  type RedisServer,
  redisNeeded,
  startRedis,
  startRedisCluster,
  startSentinel,
} from '@blockpool/test-services'
import { type ConnectionFault, connectionFaults, spoil } from './connections.ts'
import { type Scenario, type Stage, stopAll } from './scenario.ts'

const REPLY_TIMEOUT_MS = 1_000
const PASSWORD = 'right'

/** What happens to a Redis, and to the connections to it. */
export const redisScenarios: readonly Scenario[] = [
  ...connectionFaults.map(throughProxy),
  { name: 'redis killed and restarted', ...on({ durable: true }, killed) },
  { name: 'redis full', ...on({ config: { 'maxmemory-policy': 'noeviction' } }, full) },
  { name: 'redis refuses the password', canRun: redisNeeded, prepare: passwordChanged },
  { name: 'redis cluster master killed', canRun: redisNeeded, prepare: clusterMasterKilled },
  { name: 'redis sentinel master killed', canRun: redisNeeded, prepare: sentinelMasterKilled },
]

function throughProxy(fault: ConnectionFault): Scenario {
  return {
    name: `redis ${fault}`,
    canRun: redisNeeded,
    prepare: async () => {
      const server = await startRedis({ durable: true })
      const { port, ...spoiled } = await spoil(server.port, fault)
      const victim = redis({ port, replyTimeoutMs: REPLY_TIMEOUT_MS })
      return { victim, ...spoiled, stop: () => stopAll(server.stop, spoiled.stop) }
    },
  }
}

/** A scenario of one server. */
function on(
  options: RedisOptions,
  fault: (server: RedisServer) => Pick<Stage, 'begin' | 'end'>,
): Pick<Scenario, 'canRun' | 'prepare'> {
  return {
    canRun: redisNeeded,
    prepare: async () => {
      const server = await startRedis(options)
      const victim = redis({ url: server.url, replyTimeoutMs: REPLY_TIMEOUT_MS })
      return { victim, stop: server.stop, ...fault(server) }
    },
  }
}

function killed(server: RedisServer): Pick<Stage, 'begin' | 'end'> {
  return { begin: () => server.kill(), end: () => server.start() }
}

/** It holds more than it may from one moment to the next. */
function full({ command }: RedisServer): Pick<Stage, 'begin' | 'end'> {
  const limit = async (bytes: string): Promise<void> => {
    await command('config', 'set', 'maxmemory', bytes)
  }
  return { begin: () => limit('1mb'), end: () => limit('0') }
}

/** The password is another one for a time, and who is logged in has to log in again. */
async function passwordChanged(): Promise<Stage> {
  const { command, port, stop } = await startRedis({ users: [`blocks on >${PASSWORD} ~* &* +@all`] })
  const setPassword = async (password: string): Promise<void> => {
    await command('acl', 'setuser', 'blocks', 'resetpass', `>${password}`)
  }
  return {
    victim: redis({ port, username: 'blocks', password: PASSWORD, replyTimeoutMs: REPLY_TIMEOUT_MS }),
    begin: async () => {
      await setPassword('another')
      await command('client', 'kill', 'user', 'blocks')
    },
    end: () => setPassword(PASSWORD),
    stop,
  }
}

async function clusterMasterKilled(): Promise<Stage> {
  const cluster = await startRedisCluster()
  const victim = redis({ cluster: { nodes: cluster.nodes }, replyTimeoutMs: REPLY_TIMEOUT_MS })
  return { victim, begin: async () => cluster.processes[0]?.kill(), stop: cluster.stop }
}

async function sentinelMasterKilled(): Promise<Stage> {
  const { name, sentinels, servers, stop } = await startSentinel()
  const victim = redis({ sentinel: { name, nodes: sentinels }, replyTimeoutMs: REPLY_TIMEOUT_MS })
  return { victim, begin: () => servers[0].kill(), stop }
}
