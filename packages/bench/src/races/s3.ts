import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { Block } from '@blockpool/core'
import { s3 } from '@blockpool/s3'
import { type CephServer, type S3Access, startCeph } from '@blockpool/test-services'
import type { Figures, Goal, Race, Server, Topic } from '../race.ts'
import { type RunningS3, startChild } from '../run/child-server.ts'
import { blockstoreS3, rawS3 } from '../stores/s3.ts'
import type { Store } from '../stores/store.ts'
import { ours } from '../stores/store.ts'
import { makeBlocks, timed } from '../work.ts'
import { cost, rate } from './metrics.ts'
import { type Goals, raceOf, type Stores, verbRaces } from './verbs.ts'

const peer = 'blockstore-s3'
const goal: Goal = { atLeast: 1.3 }
const cephGoal: Goal = {
  ...goal,
  limit: { by: 'AWS SDK', because: 'the server takes most of the time' },
}

export const s3Topic: Topic = topic('s3', 'S3, an emulator (fauxqs)', 's3', emulator, (quick) => [
  bare(quick),
])
export const cephTopic: Topic = {
  ...topic('s3-ceph', 'S3, Ceph Object Gateway', 'ceph', ceph),
  close: stopCeph,
}

function topic(
  id: string,
  title: string,
  server: Server,
  start: () => Promise<RunningS3>,
  more: (quick: boolean) => readonly Race[] = () => [],
): Topic {
  return {
    id,
    title,
    races: ({ quick }) => [
      ...verbRaces(
        {
          id,
          title: 's3()',
          quick,
          needs: [server],
          goals: (bytes, atOnce) => (bytes === 1_024 && atOnce === 32 ? goalsOf(server) : {}),
          stores: () => stores(start),
        },
        (bytes) => Math.max(12, Math.ceil((quick ? 40 : 512) / (bytes / 1_024) ** 0.5)),
      ),
      ...more(quick),
    ],
  }
}

function goalsOf(server: Server): Goals {
  const one = { [peer]: server === 'ceph' ? cephGoal : goal }
  return { put: one, get: one }
}

export function emulatorStores(): Promise<Stores> {
  return stores(emulator)
}

/** One server, a bucket for each. */
async function stores(start: () => Promise<RunningS3>): Promise<Stores> {
  const { access, stop } = await start()
  const [own = '', others = '', raw = ''] = await makeBuckets(access, 3)
  return {
    stores: {
      ours: await ours(s3({ ...access, bucket: own })),
      [peer]: blockstoreS3(access, others),
      'AWS SDK': rawS3(access, raw),
    },
    close: stop,
  }
}

async function makeBuckets({ endpoint, region, credentials }: S3Access, count: number): Promise<string[]> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const names = Array.from({ length: count }, () => `bench-${randomUUID()}`)
  for (const Bucket of names) await client.send(new CreateBucketCommand({ Bucket }))
  client.destroy()
  return names
}

function emulator(): Promise<RunningS3> {
  return startChild('s3-emulator')
}

/** A server that stores nothing shows the clients alone. */
function bare(quick: boolean): Race {
  return {
    id: 's3/bare',
    title: 's3(), 1 KiB, 32 at once, a server that stores nothing',
    metrics: { put: rate('ops/s'), 'put-cpu': cost('µs'), get: rate('ops/s'), 'get-cpu': cost('µs') },
    async start() {
      const blocks = makeBlocks(quick ? 200 : 1_000, 1_024)
      const { access, stop } = await startChild('s3-bare')
      const stores = {
        ours: await ours(s3({ ...access, bucket: 'bare' })),
        [peer]: blockstoreS3(access, 'bare'),
        'AWS SDK': rawS3(access, 'bare'),
      }
      return raceOf({ stores, close: stop }, (store) => bareLap(store, blocks))
    },
  }
}

async function bareLap(store: Store, blocks: readonly Block[]): Promise<Figures> {
  const put = await withCpu(blocks, (block) => store.put(block))
  const get = await withCpu(blocks, ({ cid }) => store.get(cid))
  return { put: put.perSecond, 'put-cpu': put.micros, get: get.perSecond, 'get-cpu': get.micros }
}

/** Microseconds of processor time of this process for each operation, and operations a second. */
async function withCpu(
  blocks: readonly Block[],
  operation: (block: Block) => Promise<unknown>,
): Promise<{ readonly perSecond: number; readonly micros: number }> {
  const cpu = process.cpuUsage()
  const seconds = await timed(blocks, 32, operation)
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: blocks.length / seconds, micros: (user + system) / blocks.length }
}

let cluster: Promise<CephServer> | undefined

/** It takes 12 s to start: all races share it. */
async function ceph(): Promise<RunningS3> {
  cluster ??= startCeph()
  return { access: await cluster, stop: async () => {} }
}

async function stopCeph(): Promise<void> {
  // One that did not start has failed its races.
  const server = await cluster?.catch(() => undefined)
  await server?.stop()
}
