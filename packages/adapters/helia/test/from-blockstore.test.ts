import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { S3 } from '@aws-sdk/client-s3'
import { type Backend, type Block, createPool, memory } from '@blockpool/core'
import { startQuickS3, temporaryFolder } from '@blockpool/test-services'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { TieredBlockstore } from 'blockstore-core/tiered'
import { FsBlockstore } from 'blockstore-fs'
import { NextToLast } from 'blockstore-fs/sharding'
import { S3Blockstore } from 'blockstore-s3'
import { NotFoundError } from 'interface-store'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { abortable } from '../src/abortable.ts'
import { fromBlockstore } from '../src/index.ts'
import { blockOf, blocksOf, sha512BlockOf } from './support/blocks.ts'
import { all, errorOf } from './support/collect.ts'

async function opened(backend: Backend): Promise<Backend> {
  await backend.open?.()
  return backend
}

test('nothing is said of durability unless the caller does, and effects may come late', () => {
  expect(fromBlockstore(new MemoryBlockstore()).traits).toEqual({ durability: 'none' })
  expect(fromBlockstore(new MemoryBlockstore(), { durability: 'process' }).traits.durability).toBe('process')
  const wrong = { durability: 'eternal' as 'power' }
  expect(() => fromBlockstore(new MemoryBlockstore(), wrong)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
  )
})

test('open and close of the blockstore are called, once each, where it has them', async () => {
  const events: string[] = []
  const blockstore = Object.assign(new MemoryBlockstore(), {
    open: () => void events.push('open'),
    close: () => void events.push('close'),
  })
  const backend = fromBlockstore(blockstore)
  await Promise.all([backend.open?.(), backend.open?.()])
  await backend.close?.()
  await backend.close?.()
  expect(events).toEqual(['open', 'close'])
})

describe('a put', () => {
  test('hands the bytes over whole, so that a blockstore of two gets them twice', async () => {
    const stores = [new MemoryBlockstore(), new MemoryBlockstore()]
    const backend = await opened(fromBlockstore(new TieredBlockstore(stores)))
    const { cid, bytes } = await blockOf('for both')
    await backend.put({ cid, bytes })
    for (const store of stores) expect(await all(store.get(cid))).toEqual([bytes])
  })

  test('that is aborted in the middle ends when the blockstore has ended, so that it never lands late', async () => {
    const landing = Promise.withResolvers<void>()
    const blockstore = new MemoryBlockstore()
    const put = blockstore.put.bind(blockstore)
    // As those do that race the call with the signal.
    blockstore.put = async (cid, bytes, options) => {
      const landed = landing.promise.then(() => put(cid, bytes))
      await abortable(landed, options?.signal)
      return cid
    }
    const backend = await opened(fromBlockstore(blockstore))
    const block = await blockOf('late')
    const controller = new AbortController()
    const ended = backend.put(block, { signal: controller.signal }).catch(() => {})
    controller.abort()
    const deleted = backend.delete(block.cid)
    setImmediate(landing.resolve)
    await Promise.all([ended, deleted, landing.promise])
    expect(await backend.has(block.cid)).toBe(false)
  })
})

test('a read that is aborted rejects at once, and goes on to its end in the blockstore, which close waits for', async () => {
  const blockstore = new MemoryBlockstore()
  const held = Promise.withResolvers<void>()
  const events: unknown[] = []
  blockstore.get = async function* (_cid, options) {
    events.push(options)
    await held.promise
    events.push('read')
    yield new Uint8Array(0)
  }
  const backend = await opened(fromBlockstore(blockstore))
  const { cid } = await blockOf('held')
  const controller = new AbortController()
  const reason = new Error('enough')
  const read = errorOf(() => backend.get(cid, { signal: controller.signal }))
  controller.abort(reason)
  expect(await read).toBe(reason)
  const closed = backend.close?.().then(() => events.push('closed'))
  held.resolve()
  await closed
  expect(events).toEqual([undefined, 'read', 'closed'])
})

test('what fails after its first chunk is an error, even when it is called absent', async () => {
  const blockstore = new MemoryBlockstore()
  blockstore.get = function* () {
    yield new Uint8Array(10)
    throw new NotFoundError()
  }
  const backend = await opened(fromBlockstore(blockstore))
  const { cid } = await blockOf('half')
  expect(await errorOf(() => backend.get(cid))).toMatchObject({ code: 'ERR_BACKEND' })
})

test('a blockstore that lists a block under two CIDs has it once', async () => {
  const { cid } = await blockOf('once')
  const blockstore = new MemoryBlockstore()
  blockstore.getAll = function* () {
    for (const each of [cid, CID.createV1(0x70, cid.multihash)])
      yield { cid: each, bytes: (function* () {})() }
  }
  const backend = await opened(fromBlockstore(blockstore))
  expect((await all(backend.list())).map(String)).toEqual([String(cid)])
})

describe('a blockstore that yields bytes twice after a failure in the middle', () => {
  test('harms nobody in a pool: the bytes are not believed, and another copy is read', async () => {
    const { cid, bytes } = await blockOf('begins here and ends here')
    const broken = new MemoryBlockstore()
    broken.get = function* () {
      yield bytes.subarray(0, 10)
      throw new Error('cut')
    }
    const tiered = new TieredBlockstore([broken, new MemoryBlockstore()])
    await using pool = await createPool({
      copies: 2,
      backends: { tiered: { backend: fromBlockstore(tiered), priority: 200 }, other: { backend: memory() } },
    })
    await pool.put({ cid, bytes })
    await pool.settled()
    expect(await pool.get(cid)).toEqual(bytes)
    expect(pool.stats().backends.tiered?.errors).toBeGreaterThan(0)
  })
})

describe('blockstore-fs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let backend: Backend
  beforeEach(async () => {
    folder = await temporaryFolder()
    backend = await opened(fromBlockstore(new FsBlockstore(join(folder.path, 'blocks'))))
  })
  afterEach(async () => {
    await backend.close?.()
    await folder.remove()
  })

  function pathOf(cid: CID, root = 'blocks'): string {
    const { dir, file } = new NextToLast().encode(cid)
    return join(folder.path, root, dir, file)
  }

  test('a file that cannot be read is an error, not an absence', async () => {
    const [directory, loop] = [await blockOf('a directory'), await blockOf('a loop')]
    await mkdir(pathOf(directory.cid), { recursive: true })
    await mkdir(dirname(pathOf(loop.cid)), { recursive: true })
    await symlink(pathOf(loop.cid), pathOf(loop.cid))
    for (const { cid } of [directory, loop]) {
      expect(await errorOf(() => backend.get(cid))).toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    }
    expect(await errorOf(() => backend.has(loop.cid))).toMatchObject({ code: 'ERR_BACKEND' })
  })

  test('a block that its listing could not tell is refused, and the listing goes on', async () => {
    const block = await blockOf('sha2-256')
    await backend.put(block)
    const long = await sha512BlockOf('sha2-512')
    expect(await errorOf(() => backend.put(long))).toMatchObject({ code: 'ERR_INVALID_CID' })
    expect((await all(backend.list())).map(String)).toEqual([String(block.cid)])
  })

  test('in a pool such a block goes to another backend, and blockstore-fs stays healthy', async () => {
    await using pool = await createPool({
      backends: {
        files: { backend: fromBlockstore(new FsBlockstore(join(folder.path, 'pool'))), priority: 200 },
        other: { backend: memory() },
      },
    })
    const blocks = await Promise.all(Array.from({ length: 30 }, (_, i) => sha512BlockOf(`long ${i}`)))
    for (const block of blocks) await pool.put(block)
    expect(await all(pool.list())).toHaveLength(30)
    expect(pool.stats().backends.files?.healthy).toBe(true)
  })

  test('many puts of one block at once never leave it torn', async () => {
    const block = await blockOf(new Uint8Array(300_000).fill(7))
    await Promise.all(Array.from({ length: 20 }, () => backend.put(block)))
    const read = await backend.get(block.cid)
    expect(Buffer.compare(read ?? new Uint8Array(0), block.bytes)).toBe(0)
  })

  test.each([
    [
      'flipped',
      async (path: string) =>
        writeFile(
          path,
          (await readFile(path)).map((byte) => byte ^ 1),
        ),
    ],
    ['truncated', (path: string) => truncate(path, 3)],
    ['removed', (path: string) => rm(path)],
  ])('bytes that were %s are found by a pool, and healed from another copy', async (_how, damage) => {
    await using pool = await createPool({
      copies: 2,
      writeQuorum: 'all',
      backends: {
        files: { backend: fromBlockstore(new FsBlockstore(join(folder.path, 'pool'))), priority: 200 },
        other: { backend: memory() },
      },
    })
    const block = await blockOf('whole and right')
    await pool.put(block)
    await damage(pathOf(block.cid, 'pool'))
    expect(await pool.get(block.cid)).toEqual(block.bytes)
    await pool.settled()
    expect(new Uint8Array(await readFile(pathOf(block.cid, 'pool')))).toEqual(block.bytes)
    expect(await readdir(dirname(pathOf(block.cid, 'pool')))).toHaveLength(1)
  })
})

describe('blockstore-s3', () => {
  async function withBucket(
    run: (backend: Backend, blockstore: S3Blockstore) => Promise<void>,
  ): Promise<void> {
    const server = await startQuickS3()
    const { endpoint, region, credentials } = server
    const client = new S3({ endpoint, region, credentials, forcePathStyle: true })
    try {
      const blockstore = new S3Blockstore(client, await server.makeBucket())
      await run(await opened(fromBlockstore(blockstore)), blockstore)
    } finally {
      client.destroy()
      await server.stop()
    }
  }

  test('an absent key is absent, and an empty bucket is empty', () =>
    withBucket(async (backend) => {
      const { cid } = await blockOf('absent')
      expect(await backend.get(cid)).toBeUndefined()
      expect(await backend.has(cid)).toBe(false)
      expect(await all(backend.list())).toEqual([])
    }))

  test('what it lists as CIDs of version 0 are raw CIDs of version 1', () =>
    withBucket(async (backend, blockstore) => {
      const blocks = await blocksOf(3)
      for (const block of blocks) await backend.put(block)
      for (const { cid } of await all(blockstore.getAll())) expect(cid.version).toBe(0)
      expect(sorted(await all(backend.list()))).toEqual(sorted(blocks.map((block: Block) => block.cid)))
    }))

  test('a server that refuses access says nothing of absence', async () => {
    const server = createServer((request, response) => {
      response.writeHead(403, { 'content-type': 'application/xml' })
      const xml = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
      response.end(request.method === 'HEAD' ? undefined : xml)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const endpoint = `http://127.0.0.1:${port}`
    const client = new S3({ endpoint, region: 'x', credentials, forcePathStyle: true, maxAttempts: 1 })
    const blockstore = new S3Blockstore(client, 'bucket')
    const { cid } = await blockOf('perhaps there')
    try {
      expect(await blockstore.has(cid)).toBe(false)
      const backend = await opened(fromBlockstore(Object.assign(blockstore, { open: async () => {} })))
      for (const call of [() => backend.has(cid), () => backend.get(cid), () => all(backend.list())]) {
        expect(await errorOf(call)).toMatchObject({ code: 'ERR_BACKEND' })
      }
    } finally {
      client.destroy()
      server.closeAllConnections()
      server.close()
    }
  })
})

function sorted(cids: readonly CID[]): string[] {
  return cids.map(String).sort()
}
