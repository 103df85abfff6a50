import { DeleteBucketCommand, DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { Backend } from '@blockpool/core'
import { s3 } from '@blockpool/s3'
import { cephNeeded, type S3Access, startCeph, startQuickS3 } from '@blockpool/test-services'
import { type ConnectionFault, spoil } from './connections.ts'
import { type Scenario, type Stage, stopAll, victimSettings } from './scenario.ts'

const inThisProcess = (): boolean => true

/** What happens to an S3 server. The emulator shows what the pool does, Ceph what a server does. */
export const s3Scenarios: readonly Scenario[] = [
  ...(['cut', 'stalled', 'reset'] as const).map(throughProxy),
  { name: 's3 bucket deleted', canRun: inThisProcess, prepare: bucketDeleted },
  { name: 'ceph gateway killed and restarted', canRun: cephNeeded, prepare: gatewayKilled },
]

function throughProxy(fault: ConnectionFault): Scenario {
  return {
    name: `s3 ${fault}`,
    canRun: inThisProcess,
    prepare: async () => {
      const server = await startQuickS3()
      const bucket = await server.makeBucket()
      const { port, ...spoiled } = await spoil(Number(new URL(server.endpoint).port), fault)
      const victim = storeIn(bucket, { ...server, endpoint: `http://127.0.0.1:${port}` })
      return { victim, ...spoiled, stop: () => stopAll(server.stop, spoiled.stop) }
    },
  }
}

function storeIn(bucket: string, { endpoint, region, credentials }: S3Access): Backend {
  return s3({ bucket, endpoint, region, credentials })
}

/** It is gone with all that is in it; the operator replaces it by a new one. */
async function bucketDeleted(): Promise<Stage> {
  const server = await startQuickS3()
  const bucket = await server.makeBucket()
  return {
    victim: storeIn(bucket, server),
    begin: () => deleteBucket(bucket, server),
    end: async (pool) => {
      const backend = storeIn(await server.makeBucket(), server)
      await pool.remove('victim', { force: true })
      await pool.add('victim', { backend, ...victimSettings })
    },
    stop: server.stop,
  }
}

/** A bucket can be deleted when it is empty: objects that come meanwhile are deleted, too. */
async function deleteBucket(Bucket: string, { endpoint, region, credentials }: S3Access): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  try {
    for (;;) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      const Objects = Contents.map(({ Key }) => ({ Key }))
      if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      else if (await isDeleted(client, Bucket)) return
    }
  } finally {
    client.destroy()
  }
}

async function isDeleted(client: S3Client, Bucket: string): Promise<boolean> {
  try {
    await client.send(new DeleteBucketCommand({ Bucket }))
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'BucketNotEmpty') return false
    throw error
  }
}

async function gatewayKilled(): Promise<Stage> {
  const server = await startCeph()
  const victim = storeIn(await server.makeBucket(), server)
  return { victim, begin: server.killGateway, end: server.startGateway, stop: server.stop }
}
