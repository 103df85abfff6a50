import { S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { senderFor } from '../src/client.ts'
import { resolveOptions } from '../src/options.ts'

const namesOf = (bucket: string) => {
  const sender = senderFor(resolveOptions({ bucket, region: 'us-east-1' }).target, bucket)
  const names = (sender.client as S3Client).middlewareStack.identify()
  sender.destroy()
  return names.map((name) => name.split(' ')[0])
}

test('what every request would pass for nothing is taken out', () => {
  const names = namesOf('blocks')
  // Should the SDK rename them, they come back and cost their time: this test tells.
  for (const needless of [
    'loggerMiddleware',
    'getUserAgentMiddleware',
    'recursionDetectionMiddleware',
    's3ExpressMiddleware',
  ])
    expect(names).not.toContain(needless)
  expect(names).toEqual(
    expect.arrayContaining(['serializerMiddleware', 'httpSigningMiddleware', 'deserializerMiddleware']),
  )
})

test('directory buckets keep their sessions', () => {
  expect(namesOf('blocks--euc1-az1--x-s3')).toContain('s3ExpressMiddleware')
})

test("signatures, and the hash of the body in them, are those of the SDK's own client", async () => {
  const target = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
  }
  const sender = senderFor(resolveOptions({ bucket: 'blocks', ...target }).target, 'blocks')
  const plain = new S3Client(target)
  const request = {
    method: 'PUT',
    protocol: 'https:',
    hostname: 'blocks.s3.eu-central-1.amazonaws.com',
    path: '/block',
    headers: { host: 'blocks.s3.eu-central-1.amazonaws.com' },
    query: {},
    body: new TextEncoder().encode('bytes of a block'),
  }
  const signedBy = async ({ config }: S3Client) => {
    const signer = await config.signer()
    return (await signer.sign(request, { signingDate: new Date(0), signingService: 's3' })).headers
  }
  const headers = await signedBy(sender.client as S3Client)
  expect(headers).toEqual(await signedBy(plain))
  expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*x-amz-content-sha256/)
  sender.destroy()
  plain.destroy()
})

test('a given client is taken as it is, with its own retries', () => {
  const client = { send: async () => ({}) } as unknown as S3Client
  const sender = senderFor(resolveOptions({ bucket: 'blocks', client }).target, 'blocks')
  expect(sender.client).toBe(client)
  expect(sender.once).toBe(false)
})
