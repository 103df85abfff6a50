import type { S3Access } from './server.ts'

/** A bucket that tests may write into, under random prefixes. */
export interface GivenBucket extends S3Access {
  readonly bucket: string
}

/**
 * The bucket that `BLOCKPOOL_TEST_S3_URL` names, for tests on a server that is not started here:
 * `https://accessKeyId:secretAccessKey@host:port/bucket?region=eu-central-1`, with the keys percent-encoded.
 * @throws Error that does not repeat the URL, since it holds a secret.
 */
export function givenBucket(
  text: string | undefined = process.env.BLOCKPOOL_TEST_S3_URL,
): GivenBucket | undefined {
  if (!text) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bucket = url?.pathname.replace(/^\/|\/$/g, '')
  if (!url?.username || !url.password || !bucket || bucket.includes('/')) {
    throw new Error('BLOCKPOOL_TEST_S3_URL is not of the form https://key:secret@host/bucket?region=name')
  }
  return {
    endpoint: url.origin,
    region: url.searchParams.get('region') ?? 'us-east-1',
    credentials: {
      accessKeyId: decodeURIComponent(url.username),
      secretAccessKey: decodeURIComponent(url.password),
    },
    bucket,
  }
}
