import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where an S3 server is, and who may use it. */
export interface S3Access {
  readonly endpoint: string
  readonly region: string
  readonly credentials: S3Credentials
}

/** A server for tests, with buckets addressed by path. */
export interface S3Server extends S3Access {
  /** Makes an empty bucket and resolves to its name, random unless given. */
  makeBucket(name?: string): Promise<string>
  /** Ends it, and removes all that it has stored. */
  stop(): Promise<void>
}

export function bucketMaker({ endpoint, region, credentials }: S3Access): S3Server['makeBucket'] {
  return async (Bucket = randomName()) => {
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    try {
      await client.send(new CreateBucketCommand({ Bucket }))
    } finally {
      client.destroy()
    }
    return Bucket
  }
}

export function randomName(): string {
  return `test-${randomBytes(8).toString('hex')}`
}
