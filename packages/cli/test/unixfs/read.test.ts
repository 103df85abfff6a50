import { join } from 'node:path'
import type { BlockStore } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { type DagEntry, importPaths, readDag, resolvePath } from '../../src/index.ts'
import { putDirectory, putFile, putRaw } from '../dag.ts'
import { bytesOf, collect, makeFolder, openMemory, rawCid, write } from '../support.ts'

describe('readDag', () => {
  it('yields parents before what is in them, with paths from the root', async () => {
    const folder = await makeFolder()
    for (const name of ['a', 'b/c', 'b/d/e']) await write(join(folder, 'x', name), name)
    const store = await openMemory()
    const { root } = await importPaths(store, [join(folder, 'x')])
    const entries = await collect(readDag(store, root))
    expect(entries.map(({ kind, path }) => `${kind} ${path.join('/')}`)).toEqual([
      'directory ',
      'file a',
      'directory b',
      'file b/c',
      'directory b/d',
      'file b/d/e',
    ])
  })

  it.each([0, 1, 262_143, 262_144, 262_145, 1_000_000, 174 * 262_144 + 1])(
    'gives back the bytes of a file of %i bytes',
    async (size) => {
      const bytes = bytesOf(size)
      const store = await openMemory()
      const { root } = await importPaths(store, [await write(join(await makeFolder(), 'x'), bytes)])
      const [file] = await collect(readDag(store, root))
      expect(file).toMatchObject({ kind: 'file', path: [], bytes: size })
      expect(Buffer.compare(await contentOf(file), bytes)).toBe(0)
    },
  )

  it('reads a directory that is sharded', async () => {
    const folder = join(await makeFolder(), 'many')
    const names = Array.from({ length: 1_300 }, (_, i) => `${'long-'.repeat(40)}${i}`)
    await Promise.all(names.map((name) => write(join(folder, name), '')))
    const store = await openMemory()
    const { root } = await importPaths(store, [folder])
    const found = (await collect(readDag(store, root))).map(({ path }) => path[0])
    expect(found.filter((name) => name !== undefined).toSorted()).toEqual(names.toSorted())
    await expect(resolvePath(store, root, [names[7] ?? ''])).resolves.toEqual(await rawCid(new Uint8Array(0)))
  })

  it('fetches a few blocks ahead of the consumer, however long the file is', async () => {
    const store = await openMemory()
    const path = await write(join(await makeFolder(), 'x'), bytesOf(100 * 262_144))
    const { root } = await importPaths(store, [path])
    const counted = counting(store)
    const [file] = await collect(readDag(counted, root))
    if (file?.kind !== 'file') throw new Error('expected a file')
    let taken = 0
    for await (const _ of file.content()) {
      taken += 1
      expect(counted.gets() - taken).toBeLessThanOrEqual(20)
    }
    expect(taken).toBe(100)
  })

  it('throws for a block that is not there, and names it', async () => {
    const store = await openMemory()
    const lost = await rawCid(bytesOf(10))
    const root = await putDirectory(store, [{ name: 'a', cid: lost }])
    await expect(collect(readDag(store, root))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining(lost.toString()),
    })
  })

  it('throws what the store throws', async () => {
    const error = new Error('no answer')
    const root = await rawCid(bytesOf(10))
    await expect(collect(readDag({ get: () => Promise.reject(error) }, root))).rejects.toBe(error)
  })

  it.each([
    ['fewer', [9]],
    ['more', [11]],
  ])('throws for a file that holds %s bytes than it says', async (_, sizes) => {
    const store = await openMemory()
    const root = await putFile(store, [{ cid: await putRaw(store, bytesOf(10)) }], sizes)
    const [file] = await collect(readDag(store, root))
    await expect(contentOf(file)).rejects.toMatchObject({ code: 'ERR_NOT_UNIXFS' })
  })

  it('throws for a directory inside a file', async () => {
    const store = await openMemory()
    const root = await putFile(store, [{ cid: await putDirectory(store, []) }], [0])
    const [file] = await collect(readDag(store, root))
    await expect(contentOf(file)).rejects.toMatchObject({ code: 'ERR_NOT_UNIXFS' })
  })

  it('throws for a block that is no protobuf of UnixFS, and for a codec that it does not know', async () => {
    const store = await openMemory()
    const raw = await putRaw(store, bytesOf(50))
    for (const code of [0x70, 0x71, 0x0129, 0x9999]) {
      await expect(collect(readDag(store, CID.createV1(code, raw.multihash)))).rejects.toBeInstanceOf(Error)
    }
    const asDagPb = CID.createV1(0x70, raw.multihash)
    await expect(collect(readDag(store, asDagPb))).rejects.toMatchObject({ code: 'ERR_NOT_UNIXFS' })
  })

  it('ends with the reason of the signal', async () => {
    const store = await openMemory()
    const leaf = await putRaw(store, bytesOf(5))
    const root = await putDirectory(
      store,
      Array.from({ length: 50 }, (_, i) => ({ name: `f${i}`, cid: leaf })),
    )
    const interrupt = new AbortController()
    const entries = readDag(store, root, { signal: interrupt.signal })
    await entries.next()
    const reason = new Error('enough')
    interrupt.abort(reason)
    await expect(collect(entries)).rejects.toBe(reason)
  })
})

describe('resolvePath', () => {
  it('finds what is at the end of a path', async () => {
    const folder = await makeFolder()
    await write(join(folder, 'x/a/b'), 'B')
    const store = await openMemory()
    const { root } = await importPaths(store, [join(folder, 'x')])
    expect(await resolvePath(store, root, ['a', 'b'])).toEqual(await rawCid(new TextEncoder().encode('B')))
    expect(await resolvePath(store, root, [])).toEqual(root)
    for (const names of [['none'], ['a', 'none'], ['a', 'b', 'below a file']]) {
      await expect(resolvePath(store, root, names)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    }
  })
})

async function contentOf(entry: DagEntry | undefined): Promise<Buffer> {
  if (entry?.kind !== 'file') throw new Error('expected a file')
  return Buffer.concat(await collect(entry.content()))
}

function counting(store: BlockStore): Pick<BlockStore, 'get'> & { gets(): number } {
  let gets = 0
  return {
    get(cid) {
      gets += 1
      return store.get(cid)
    },
    gets: () => gets,
  }
}
