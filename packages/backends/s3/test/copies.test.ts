import { PutObjectCommand } from '@aws-sdk/client-s3'
import { type S3Server, startQuickS3 } from '@blockpool/test-services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3 } from '../src/index.ts'
import { blockOf } from './support/blocks.ts'
import { plainClient } from './support/client.ts'

let server: S3Server

beforeAll(async () => {
  server = await startQuickS3()
})
afterAll(() => server.stop())

test('the AWS SDK gets the bytes of a put as they are', async () => {
  const { client } = plainClient(server)
  const bodies: unknown[] = []
  const send = client.send.bind(client) as (command: unknown, options?: unknown) => Promise<unknown>
  client.send = ((command: unknown, options?: unknown) => {
    if (command instanceof PutObjectCommand) bodies.push(command.input.Body)
    return send(command, options)
  }) as never
  const store = s3({ client, bucket: await server.makeBucket() })
  await store.open?.()
  const { cid, bytes } = await blockOf(new TextEncoder().encode('not copied'))
  await store.put({ cid, bytes })
  expect(bodies.filter((body) => body === bytes)).toHaveLength(1)
  expect(Buffer.compare((await store.get(cid)) ?? Buffer.of(), bytes)).toBe(0)
  await store.close?.()
  client.destroy()
})
