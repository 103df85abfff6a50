import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Backend, createPool, memory } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { redis } from '@blockpool/redis'
import { s3 } from '@blockpool/s3'
import { sqlite } from '@blockpool/sqlite'
import {
  type RedisServer,
  redisNeeded,
  type S3Server,
  startQuickS3,
  startRedis,
  temporaryFolder,
} from '@blockpool/test-services'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { afterAll, beforeAll, describe } from 'vitest'
import { asBlockstore, fromBlockstore } from '../src/index.ts'
import { type BlockstoreUnderTest, testBlockstore } from './support/interface-tests.ts'

// The suite of the interface's authors. It calls neither open nor close.

function over(backend: Backend): BlockstoreUnderTest {
  const blockstore = asBlockstore(backend)
  return { blockstore, end: () => blockstore.close() }
}

/** Stores that are emptied after each test instead of being made anew: an fs store begins with 1,024 folders. */
function testInFolder(name: string, create: (path: string) => Backend | Promise<Backend>): void {
  describe(name, () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    beforeAll(async () => {
      folder = await temporaryFolder()
    })
    afterAll(() => folder.remove())
    testBlockstore('in a folder', async () => {
      const backend = await create(folder.path)
      const blockstore = asBlockstore(backend)
      const end = async (): Promise<void> => {
        await blockstore.open()
        for await (const cid of backend.list()) await backend.delete(cid)
        await blockstore.close()
      }
      return { blockstore, end }
    })
  })
}

testBlockstore('memory', async () => over(memory()))
testInFolder('sqlite', (path) => sqlite(join(path, 'blocks.db')))
testInFolder('fs', (path) => fs({ path: join(path, 'blocks'), durability: 'process' }))
testBlockstore('a js blockstore as a backend', async () => over(fromBlockstore(new MemoryBlockstore())))

testBlockstore('a pool of memory', async () => {
  const backends = { a: { backend: memory() }, b: { backend: memory() }, c: { backend: memory() } }
  return over(await createPool({ copies: 2, backends }))
})
testInFolder('a pool of sqlite and fs', (path) =>
  createPool({
    copies: 2,
    backends: {
      hot: { backend: sqlite(join(path, 'hot.db')) },
      cold: { backend: fs({ path: join(path, 'cold'), durability: 'process' }) },
    },
  }),
)

describe('s3 on an emulator', () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startQuickS3()
  })
  afterAll(() => server?.stop())

  testBlockstore('s3', async () => {
    const { endpoint, region, credentials } = server
    return over(s3({ endpoint, region, credentials, bucket: await server.makeBucket() }))
  })
})

describe.runIf(redisNeeded())('redis on a server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  testBlockstore('redis', async () => over(redis({ url: server.url, keyPrefix: `${randomUUID()}:` })))
})
