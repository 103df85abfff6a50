import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../ports.ts'
import { temporaryFolder } from '../temporary.ts'
import { type RedisConfig, type RedisProcess, redisCli, startRedisProcess } from './process.ts'

const SENTINELS = 3
const DOWN_AFTER_MS = 500
const POLL_MS = 25
const FORM_MS = 20_000
const MASTER = 'blocks'

/** A master with one replica, and three sentinels that fail over, on 127.0.0.1. */
export interface RedisSentinel {
  /** Of the master, as sentinels know it. */
  readonly name: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The master at first, and its replica. */
  readonly servers: readonly [RedisProcess, RedisProcess]
  command(server: number, ...args: readonly string[]): Promise<string>
  /** The port of the master that the sentinels agree on. */
  masterPort(): Promise<number>
  stop(): Promise<void>
}

/** Starts them and waits until every sentinel knows the replica and the other sentinels. */
export async function startSentinel(): Promise<RedisSentinel> {
  const home = await temporaryFolder()
  const processes: RedisProcess[] = []
  const start = async (port: number, config: RedisConfig, sentinel = false): Promise<RedisProcess> => {
    const started = await startRedisProcess({ port, folder: join(home.path, String(port)), config, sentinel })
    processes.push(started)
    return started
  }
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()))
    await home.remove()
  }
  try {
    const [masterPort = 0, replicaPort = 0, ...sentinelPorts] = await freePorts(2 + SENTINELS)
    const fast = { 'repl-diskless-sync-delay': 0 }
    const master = await start(masterPort, fast)
    const replica = await start(replicaPort, { ...fast, replicaof: `127.0.0.1 ${masterPort}` })
    for (const port of sentinelPorts) await start(port, sentinelConfig(masterPort), true)
    await Promise.all(sentinelPorts.map(knowsAll))
    const servers = [master, replica] as const
    return {
      name: MASTER,
      sentinels: sentinelPorts.map((port) => ({ host: '127.0.0.1', port })),
      servers,
      command: (server, ...args) => redisCli(servers[server]?.port ?? 0, ...args),
      masterPort: () => masterOf(sentinelPorts[0] ?? 0),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function sentinelConfig(masterPort: number): RedisConfig {
  return {
    sentinel: [
      `monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
      `down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
      `failover-timeout ${MASTER} 3000`,
    ],
  }
}

/** Waits until this sentinel knows the replica and the others. */
async function knowsAll(port: number): Promise<void> {
  const deadline = performance.now() + FORM_MS
  for (;;) {
    const replicas = await redisCli(port, 'sentinel', 'replicas', MASTER)
    const others = await redisCli(port, 'sentinel', 'sentinels', MASTER)
    const known = replicas.includes('master-link-status\nok') && count(others, 'runid') === SENTINELS - 1
    if (known) return
    if (performance.now() > deadline) throw new Error('the sentinels did not get to know each other')
    await sleep(POLL_MS)
  }
}

function count(text: string, word: string): number {
  return text.split('\n').filter((line) => line === word).length
}

async function masterOf(port: number): Promise<number> {
  const [, found] = (await redisCli(port, 'sentinel', 'get-master-addr-by-name', MASTER)).split('\n')
  return Number(found)
}
