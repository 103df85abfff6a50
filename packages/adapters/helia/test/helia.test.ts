import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createPool, memory, type StoragePool } from '@blockpool/core'
import { fs } from '@blockpool/fs'
import { sqlite } from '@blockpool/sqlite'
import { temporaryFolder } from '@blockpool/test-services'
import { car } from '@helia/car'
import { type UnixFS, unixfs } from '@helia/unixfs'
import { CarReader } from '@ipld/car'
import { createHeliaLight, type Helia } from 'helia'
import type { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { asBlockstore } from '../src/index.ts'
import { blockOf } from './support/blocks.ts'
import { all, bytesOf, errorOf } from './support/collect.ts'
import { type Failing, failing } from './support/failing.ts'

const MIB = 1024 * 1024
const FILE_MIB = 50

/** A file of a seed, a MiB at a time, and its hash. `onHalf` runs in the middle. */
async function* file(seed: number, mebibytes: number, onHalf?: () => void): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mebibytes; i++) {
    if (i === mebibytes >> 1) onHalf?.()
    yield mebibyte(seed, i)
  }
}

function mebibyte(seed: number, index: number): Uint8Array {
  return createHash('shake256', { outputLength: MIB }).update(`${seed}/${index}`).digest()
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function sizeOf(pool: StoragePool): Promise<number> {
  return (await all(pool.list())).length
}

/** Helia without a network: neither routers nor block brokers. */
function offline(pool: StoragePool): Helia {
  return createHeliaLight({ blockstore: asBlockstore(pool) })
}

describe('a Helia node over a pool of sqlite and fs, one of which fails in the middle of an add', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let hot: Failing
  let disk: Failing
  let spare: Failing
  let pool: StoragePool
  let node: Helia
  let files: UnixFS
  let kept: CID

  beforeAll(async () => {
    folder = await temporaryFolder()
    hot = failing(sqlite(join(folder.path, 'hot.db')))
    spare = failing(sqlite(join(folder.path, 'spare.db')))
    disk = failing(fs({ path: join(folder.path, 'disk'), durability: 'process' }))
    pool = await createPool({
      copies: 2,
      healthIntervalMs: 100,
      backends: {
        hot: { backend: hot.backend },
        disk: { backend: disk.backend },
        spare: { backend: spare.backend, priority: 50 },
      },
    })
    node = await offline(pool).start()
    files = unixfs(node)
  })
  afterAll(async () => {
    await node?.stop()
    await pool?.close()
    await folder?.remove()
  })

  test('adds 50 MiB', async () => {
    kept = await files.addByteStream(
      file(1, FILE_MIB, () => {
        disk.fails = true
      }),
    )
    expect(pool.stats().backends.disk?.blocks).toBeGreaterThan(0)
    expect(pool.stats().backends.spare?.blocks).toBeGreaterThan(0)
  })

  test('reads every byte back while the backend is away', async () => {
    expect(await hashOf(files.cat(kept))).toBe(await hashOf(file(1, FILE_MIB)))
  })

  test('pins what it has added, and collects the rest while the backend is away, reading no block for it', async () => {
    const pinned = await all(node.pins.add(kept))
    const dropped = await files.addByteStream(file(2, 4))
    await pool.settled()
    const reads = hot.calls.get + spare.calls.get
    await node.gc()
    expect(hot.calls.get + spare.calls.get).toBe(reads)
    expect(await node.blockstore.has(dropped)).toBe(false)
    expect(await sizeOf(pool)).toBe(pinned.length)
  })

  test('what was collected stays away, and what was added stays, when the backend is back', async () => {
    const before = await sizeOf(pool)
    disk.fails = false
    await vi.waitFor(() => expect(pool.stats().debts).toBe(0), { timeout: 20_000, interval: 50 })
    expect(await sizeOf(pool)).toBe(before)
    expect((await all(disk.backend.list())).length).toBeLessThan(before)
    expect(await hashOf(files.cat(kept))).toBe(await hashOf(file(1, FILE_MIB)))
  })

  test('exports a CAR that another node imports, byte by byte', async () => {
    const exported = await bytesOf(car(node).export(kept))
    await using other = await createPool({ backends: { a: { backend: memory() }, b: { backend: memory() } } })
    const importing = await offline(other).start()
    await car(importing).import(await CarReader.fromBytes(exported))
    expect(await hashOf(unixfs(importing).cat(kept))).toBe(await hashOf(file(1, FILE_MIB)))
    expect(await sizeOf(other)).toBe(await sizeOf(pool))
    await importing.stop()
  })
})

describe('the network', () => {
  test('is asked for what is absent, and never for what is not known', async () => {
    const { cid, bytes } = await blockOf('somewhere')
    const asked: CID[] = []
    const retrieve = async (wanted: CID): Promise<Uint8Array> => {
      asked.push(wanted)
      return bytes
    }
    const disk = failing(memory())
    await using pool = await createPool({ backends: { disk: { backend: disk.backend } } })
    const blockstore = asBlockstore(pool)
    const node = await createHeliaLight({ blockstore, blockBrokers: [{ name: 'peer', retrieve }] }).start()

    expect(await bytesOf(node.blockstore.get(cid))).toEqual(bytes)
    expect(asked).toEqual([cid])
    disk.fails = true
    for (const call of [() => all(node.blockstore.get(cid)), () => node.blockstore.put(cid, bytes)]) {
      expect(await errorOf(call)).toMatchObject({ name: 'HasFailedError', code: 'ERR_UNAVAILABLE' })
    }
    expect(asked).toHaveLength(1)
    await node.stop()
  })
})
