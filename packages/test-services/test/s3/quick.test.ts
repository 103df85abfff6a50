import { afterAll, beforeAll, expect, test } from 'vitest'
import { type S3Server, startQuickS3 } from '../../src/index.ts'

let server: S3Server

beforeAll(async () => {
  server = await startQuickS3()
})
afterAll(() => server.stop())

test('listens on loopback alone', () => {
  expect(new URL(server.endpoint).hostname).toBe('127.0.0.1')
})

test('makes buckets, each under a name of its own', async () => {
  const names = [await server.makeBucket(), await server.makeBucket()]
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect((await fetch(`${server.endpoint}/${name}`)).status).toBe(200)
})
