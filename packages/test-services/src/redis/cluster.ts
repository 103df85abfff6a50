import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../ports.ts'
import { temporaryFolder } from '../temporary.ts'
import { type RedisProcess, redisCli, startRedisProcess } from './process.ts'

const MASTERS = 3
const SLOTS = 16_384
const NODE_TIMEOUT_MS = 1_500
const POLL_MS = 25
const FORM_MS = 20_000

/** Three masters, each with a replica, on 127.0.0.1. */
export interface RedisCluster {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /** The first three own the slots at first, in order; the fourth to sixth follow them. */
  readonly processes: readonly RedisProcess[]
  command(node: number, ...args: readonly string[]): Promise<string>
  /** The number of the node that serves a slot now, as the given node sees it. */
  ownerOf(slot: number, seenFrom?: number): Promise<number>
  stop(): Promise<void>
}

/** Starts six nodes, three of them replicas, and waits until all know each other and follow. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const home = await temporaryFolder()
  const processes: RedisProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((node) => node.stop()))
    await home.remove()
  }
  try {
    const ports = await freePorts(4 * MASTERS)
    const busPorts = ports.slice(2 * MASTERS)
    for (const [i, port] of ports.slice(0, 2 * MASTERS).entries()) {
      processes.push(await startNode(port, busPorts[i] ?? 0, join(home.path, `node-${i}`)))
    }
    const command = (node: number, ...args: readonly string[]): Promise<string> =>
      redisCli(processes[node]?.port ?? 0, ...args)
    await form(processes, busPorts, command)
    return {
      nodes: processes.map(({ port }) => ({ host: '127.0.0.1', port })),
      processes,
      command,
      ownerOf: (slot, seenFrom = 0) => ownerOf(processes, slot, command(seenFrom, 'cluster', 'nodes')),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function startNode(port: number, busPort: number, folder: string): Promise<RedisProcess> {
  const config = {
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': NODE_TIMEOUT_MS,
    'repl-diskless-sync-delay': 0,
  }
  return startRedisProcess({ port, folder, config })
}

type Command = (node: number, ...args: readonly string[]) => Promise<string>

async function form(
  nodes: readonly RedisProcess[],
  busPorts: readonly number[],
  ask: Command,
): Promise<void> {
  await Promise.all(nodes.map((_, i) => ask(i, 'cluster', 'set-config-epoch', String(i + 1))))
  const share = Math.ceil(SLOTS / MASTERS)
  for (let i = 0; i < MASTERS; i++) {
    const last = Math.min(SLOTS, (i + 1) * share) - 1
    await ask(i, 'cluster', 'addslotsrange', String(i * share), String(last))
  }
  for (const [i, { port }] of nodes.entries()) {
    if (i > 0) await ask(0, 'cluster', 'meet', '127.0.0.1', String(port), String(busPorts[i]))
  }
  await eachUntil(nodes, async (i) => connected(await ask(i, 'cluster', 'nodes')) === nodes.length)
  for (let i = 0; i < MASTERS; i++) {
    await ask(MASTERS + i, 'cluster', 'replicate', await ask(i, 'cluster', 'myid'))
  }
  await eachUntil(nodes, async (i) => {
    if (!(await ask(i, 'cluster', 'info')).includes('cluster_state:ok')) return false
    if (i >= MASTERS) return (await ask(i, 'info', 'replication')).includes('master_link_status:up')
    return (await ask(i, 'cluster', 'nodes')).split('slave').length - 1 === MASTERS
  })
}

function connected(nodes: string): number {
  return nodes.split('\n').filter((line) => line.includes(' connected') && !line.includes('handshake')).length
}

async function eachUntil(
  nodes: readonly RedisProcess[],
  holds: (node: number) => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + FORM_MS
  for (const i of nodes.keys()) {
    while (!(await holds(i))) {
      if (performance.now() > deadline) throw new Error(`node ${i} of the cluster did not get ready`)
      await sleep(POLL_MS)
    }
  }
}

async function ownerOf(
  processes: readonly RedisProcess[],
  slot: number,
  lines: Promise<string>,
): Promise<number> {
  for (const line of (await lines).split('\n')) {
    const [, address = '', , , , , , , ...ranges] = line.split(' ')
    const owns = ranges.some((range) => {
      const [from = Number.NaN, to = from] = range.split('-').map(Number)
      return slot >= from && slot <= to
    })
    const port = Number(/:(\d+)@/.exec(address)?.[1])
    if (owns) return processes.findIndex((node) => node.port === port)
  }
  return -1
}
