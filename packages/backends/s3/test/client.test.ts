import type { S3Client } from '@aws-sdk/client-s3'
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

test('a given client is taken as it is, with its own retries', () => {
  const client = { send: async () => ({}) } as unknown as S3Client
  const sender = senderFor(resolveOptions({ bucket: 'blocks', client }).target, 'blocks')
  expect(sender.client).toBe(client)
  expect(sender.once).toBe(false)
})
