import { S3Client } from '@aws-sdk/client-s3'
import { UndiciHttpHandler } from '@smithy/undici-http-handler'
import type { S3Sender, Target } from './options.ts'
import { Sha256 } from './sha256.ts'
import { keepSigners } from './signers.ts'

/** A request that gets no answer for so long is given up. Milliseconds. */
const SILENCE_MS = 30_000
const CONNECT_MS = 5_000

/** Who sends requests. */
export interface Sender {
  readonly client: S3Sender
  /** Each request once: whoever sends decides on another try. */
  readonly once: boolean
  destroy(): void
}

export function senderFor(target: Target, bucket: string): Sender {
  if (target.client) return { client: target.client, once: false, destroy: () => {} }
  const { region, endpoint, credentials, forcePathStyle, connections } = target
  const client = new S3Client({
    forcePathStyle,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials: withoutUndefined(credentials) }),
    maxAttempts: 1,
    // The signature covers the SHA-256 of every body: a checksum beside it would show nothing more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    sha256: Sha256,
    requestHandler: new UndiciHttpHandler({
      dispatcher: {
        connections,
        pipelining: 1,
        headersTimeout: SILENCE_MS,
        bodyTimeout: SILENCE_MS,
        connect: { timeout: CONNECT_MS },
      },
    }),
  })
  trim(client, bucket)
  client.config.signer = keepSigners(client.config.signer)
  return { client, once: true, destroy: () => client.destroy() }
}

/**
 * Takes out what every request would pass for nothing: about a quarter of the client's CPU at 1 KiB. A name that a later
 * release no longer has is not there to be removed, and all goes on as it is.
 */
function trim(client: S3Client, bucket: string): void {
  const needless = [
    'loggerMiddleware',
    'validateBucketNameMiddleware',
    'regionRedirectMiddleware',
    'addExpectContinueMiddleware',
    'getUserAgentMiddleware',
    'recursionDetectionMiddleware',
  ]
  // Directory buckets have sessions. https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-overview.html
  if (!bucket.endsWith('--x-s3')) needless.push('s3ExpressMiddleware')
  for (const name of needless) client.middlewareStack.remove(name)
  // Others are placed relative to it, so it stays and does nothing.
  client.middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  })
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
