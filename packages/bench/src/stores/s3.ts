import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import type { S3Access } from '@blockpool/test-services'
import { S3Blockstore } from 'blockstore-s3'
import type { CID } from 'multiformats/cid'
import { blockstore } from './blockstore.ts'
import type { Store } from './store.ts'

/** It hands out bytes as they come, so its checksums are those of the SDK's defaults. */
export function blockstoreS3(access: S3Access, bucket: string): Store {
  const client = new S3(configOf(access))
  return blockstore(new S3Blockstore(client, bucket), async () => client.destroy())
}

/** The SDK with its defaults. */
export function rawS3(access: S3Access, bucket: string): Store {
  const client = new S3(configOf(access))
  const at = (cid: CID) => ({ Bucket: bucket, Key: cid.toString() })
  return {
    put: ({ cid, bytes }) => client.send(new PutObjectCommand({ ...at(cid), Body: bytes })),
    get: async (cid) => (await client.send(new GetObjectCommand(at(cid)))).Body?.transformToByteArray(),
    has: (cid) =>
      client.send(new HeadObjectCommand(at(cid))).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotFound) return false
          throw error
        },
      ),
    delete: (cid) => client.send(new DeleteObjectCommand(at(cid))),
    list: () => listAll(client, bucket),
    close: async () => client.destroy(),
  }
}

async function listAll(client: S3, bucket: string): Promise<number> {
  let found = 0
  let token: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }))
    found += page.Contents?.length ?? 0
    token = page.NextContinuationToken
  } while (token !== undefined)
  return found
}

function configOf({ endpoint, region, credentials }: S3Access): S3ClientConfig {
  return { endpoint, region, credentials, forcePathStyle: true }
}
