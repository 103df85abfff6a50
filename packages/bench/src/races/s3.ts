import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { s3 } from '@blockpool/s3'
import { type S3Access, startCeph } from '@blockpool/test-services'
import type { Server, Topic } from '../race.ts'
import { blockstoreS3, rawS3 } from '../stores/s3.ts'
import { ours } from '../stores/store.ts'
import { type Goals, type Stores, verbRaces } from './verbs.ts'

const peer = 'blockstore-s3'
const goals: Goals = { put: { [peer]: { atLeast: 1.3 } }, get: { [peer]: { atLeast: 1.3 } } }

export const s3Topic: Topic = topic('s3', 'S3, an emulator (fauxqs)', 's3', emulator)
export const cephTopic: Topic = topic('s3-ceph', 'S3, Ceph Object Gateway', 'ceph', ceph)

interface Running {
  readonly access: S3Access
  stop(): Promise<void>
}

function topic(id: string, title: string, server: Server, start: () => Promise<Running>): Topic {
  return {
    id,
    title,
    races: ({ quick }) =>
      verbRaces(
        {
          id,
          title: 's3()',
          quick,
          needs: [server],
          goals: (bytes, atOnce) => (bytes === 1_024 && atOnce === 32 ? goals : {}),
          stores: () => stores(start),
        },
        (bytes) => Math.ceil((quick ? 96 : 320) / (bytes / 1_024) ** 0.4),
      ),
  }
}

export function emulatorStores(): Promise<Stores> {
  return stores(emulator)
}

/** One server, a bucket for each. */
async function stores(start: () => Promise<Running>): Promise<Stores> {
  const { access, stop } = await start()
  for (const bucket of ['ours', 'blockstore', 'raw']) await makeBucket(access, bucket)
  return {
    stores: {
      ours: await ours(s3({ ...access, bucket: 'ours' })),
      [peer]: blockstoreS3(access, 'blockstore'),
      'AWS SDK': rawS3(access, 'raw'),
    },
    close: stop,
  }
}

async function makeBucket(access: S3Access, bucket: string): Promise<void> {
  const { endpoint, region, credentials } = access
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket })).finally(() => client.destroy())
}

async function emulator(): Promise<Running> {
  const child = fork(join(import.meta.dirname, '..', 'run', 's3-emulator.ts'), {
    execArgv: ['--conditions=@blockpool/source'],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const [access] = (await once(child, 'message')) as [S3Access]
  return {
    access,
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function ceph(): Promise<Running> {
  const server = await startCeph()
  return { access: server, stop: () => server.stop() }
}
