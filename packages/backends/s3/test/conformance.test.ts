import { randomBytes } from 'node:crypto'
import { testBackend } from '@blockpool/conformance/vitest'
import { givenBucket, type S3Server, startQuickS3 } from '@blockpool/test-services'
import { afterAll, beforeAll } from 'vitest'
import { s3 } from '../src/index.ts'

// What Ceph says stands in ceph.test.ts, with all else that needs it.
let server: S3Server

beforeAll(async () => {
  server = await startQuickS3()
})
afterAll(() => server.stop())

testBackend('s3 on an emulator', async () => {
  const { endpoint, region, credentials } = server
  const bucket = await server.makeBucket()
  const create = () => s3({ endpoint, region, credentials, bucket, prefix: 'some/where' })
  return { backend: create(), reopen: async () => create() }
})

const given = givenBucket()
if (given) {
  testBackend('s3 on the server of BLOCKPOOL_TEST_S3_URL', async () => {
    const options = { ...given, prefix: `blockpool-test/${randomBytes(8).toString('hex')}` }
    return { backend: s3(options), reopen: async () => s3(options) }
  })
}
