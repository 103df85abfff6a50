import { lstat, mkdir, readFile, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockStore } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { beforeEach, describe, expect, it } from 'vitest'
import { exportDag, importPaths } from '../../src/index.ts'
import { putDirectory, putFile, putRaw, putSymlink } from '../dag.ts'
import { bytesOf, filesIn, makeFolder, openMemory, rawCid, write } from '../support.ts'

const refused = (code: string) => expect.objectContaining({ code })

describe('exportDag', () => {
  let folder: string
  let store: BlockStore
  let leaf: CID

  beforeEach(async () => {
    folder = await makeFolder()
    store = await openMemory()
    leaf = await putRaw(store, bytesOf(10))
  })

  it('gives back the tree that was added', async () => {
    const source = join(folder, 'source')
    const contents = {
      a: bytesOf(10),
      'b/large': bytesOf(600_000),
      'b/c/d': bytesOf(0),
      '.hidden': bytesOf(3),
    }
    for (const [name, bytes] of Object.entries(contents)) await write(join(source, name), bytes)
    await mkdir(join(source, 'empty'))
    await symlink('../a', join(source, 'b/link'))
    const { root } = await importPaths(store, [source])

    const out = join(folder, 'out')
    const report = await exportDag(store, root, { path: out })
    expect(report).toEqual({ files: 4, directories: 4, links: 1, bytes: 600_013, skipped: [] })
    for (const [name, bytes] of Object.entries(contents)) {
      expect(Buffer.compare(await readFile(join(out, name)), bytes), name).toBe(0)
    }
    expect((await lstat(join(out, 'empty'))).isDirectory()).toBe(true)
    expect(await readlink(join(out, 'b/link'))).toBe('../a')
    expect(await filesIn(out)).toEqual(['.hidden', 'a', 'b/c/d', 'b/large', 'b/link'])
  })

  it('writes a single file to the path itself', async () => {
    await exportDag(store, leaf, { path: join(folder, 'out') })
    expect(Buffer.compare(await readFile(join(folder, 'out')), bytesOf(10))).toBe(0)
  })

  it('says how far it is, with the bytes in all', async () => {
    const { root } = await importPaths(store, [await write(join(folder, 'x'), bytesOf(600_000))])
    const seen: number[][] = []
    const onProgress = ({ bytes, totalBytes }: { bytes: number; totalBytes: number }) =>
      seen.push([bytes, totalBytes])
    await exportDag(store, root, { path: join(folder, 'out'), onProgress })
    expect(seen).toEqual([
      [262_144, 600_000],
      [524_288, 600_000],
      [600_000, 600_000],
    ])
  })

  it.each(['..', '.', '', '../evil', '/evil', 'a/../../evil', 'a\0b'])(
    'refuses the name %j and writes nothing outside',
    async (name) => {
      const root = await putDirectory(store, [{ name, cid: leaf }])
      await expect(exportDag(store, root, { path: join(folder, 'in/out') })).rejects.toThrow(
        refused('ENOENT'),
      )
      await mkdir(join(folder, 'in'))
      const exported = exportDag(store, root, { path: join(folder, 'in/out'), force: true })
      await expect(exported).rejects.toThrow(refused('ERR_UNSAFE_NAME'))
      expect(await filesIn(folder)).toEqual([])
    },
  )

  it('refuses the name of a folder as it does that of a file', async () => {
    const inner = await putDirectory(store, [{ name: 'evil', cid: leaf }])
    const root = await putDirectory(store, [{ name: '..', cid: inner }])
    await expect(exportDag(store, root, { path: join(folder, 'out') })).rejects.toThrow(
      refused('ERR_UNSAFE_NAME'),
    )
    expect(await filesIn(folder)).toEqual([])
  })

  it('leaves out links that lead outside, and says so', async () => {
    const links = await Promise.all(
      ['/etc/passwd', '../../evil', 'ok', '..'].map(async (target, i) => ({
        name: `l${i}`,
        cid: await putSymlink(store, target),
      })),
    )
    const root = await putDirectory(store, links)
    const out = join(folder, 'out')
    const { skipped } = await exportDag(store, root, { path: out })
    expect(await filesIn(out)).toEqual(['l2'])
    expect(skipped.map(({ path }) => path)).toEqual(['l0', 'l1', 'l3'].map((name) => join(out, name)))

    const all = await exportDag(store, root, { path: join(folder, 'all'), allLinks: true })
    expect(all).toMatchObject({ links: 4, skipped: [] })
    expect(await readlink(join(folder, 'all/l0'))).toBe('/etc/passwd')
  })

  it('writes nothing through a link of the DAG that has the name of a folder', async () => {
    await mkdir(join(folder, 'victim'))
    const link = { name: 'x', cid: await putSymlink(store, join(folder, 'victim')) }
    const directory = { name: 'x', cid: await putDirectory(store, [{ name: 'evil', cid: leaf }]) }
    for (const links of [
      [link, directory],
      [directory, link],
    ]) {
      const root = await putDirectory(store, links)
      const out = join(folder, `out-${links.indexOf(link)}`)
      await expect(exportDag(store, root, { path: out, allLinks: true, force: true })).rejects.toThrow(
        refused('ERR_EXISTS'),
      )
    }
    expect(await filesIn(join(folder, 'victim'))).toEqual([])
  })

  it('writes nothing through a link that is there already, not even with force', async () => {
    await mkdir(join(folder, 'victim'))
    await mkdir(join(folder, 'out'))
    await symlink(join(folder, 'victim'), join(folder, 'out/x'))
    const inner = await putDirectory(store, [{ name: 'evil', cid: leaf }])
    const root = await putDirectory(store, [{ name: 'x', cid: inner }])
    await expect(exportDag(store, root, { path: join(folder, 'out'), force: true })).rejects.toThrow(
      refused('ERR_EXISTS'),
    )
    expect(await filesIn(join(folder, 'victim'))).toEqual([])
  })

  it('replaces a link by a file with force, and leaves what it led to', async () => {
    const victim = await write(join(folder, 'victim'), 'mine')
    await symlink(victim, join(folder, 'out'))
    await exportDag(store, leaf, { path: join(folder, 'out'), force: true })
    expect(await readFile(victim, 'utf8')).toBe('mine')
    expect((await lstat(join(folder, 'out'))).isFile()).toBe(true)
  })

  it('replaces no file without force', async () => {
    const out = await write(join(folder, 'out'), 'mine')
    await expect(exportDag(store, leaf, { path: out })).rejects.toThrow(refused('ERR_EXISTS'))
    expect(await readFile(out, 'utf8')).toBe('mine')
    await exportDag(store, leaf, { path: out, force: true })
    expect(Buffer.compare(await readFile(out), bytesOf(10))).toBe(0)
  })

  it('fills an empty folder, and one with files in it only with force', async () => {
    const root = await putDirectory(store, [{ name: 'a', cid: leaf }])
    const out = join(folder, 'out')
    await mkdir(out)
    await exportDag(store, root, { path: out })
    await expect(exportDag(store, root, { path: out })).rejects.toThrow(refused('ERR_EXISTS'))
    await write(join(out, 'other'), 'mine')
    await exportDag(store, root, { path: out, force: true })
    expect(await filesIn(out)).toEqual(['a', 'other'])
  })

  it('replaces no folder by a file, not even with force', async () => {
    await mkdir(join(folder, 'out'))
    await expect(exportDag(store, leaf, { path: join(folder, 'out'), force: true })).rejects.toThrow(
      refused('ERR_EXISTS'),
    )
  })

  it('leaves no part of a file that failed, and what was complete stays', async () => {
    const lost = await rawCid(bytesOf(20))
    const broken = await putFile(store, [{ cid: leaf }, { cid: lost }], [10, 20])
    const root = await putDirectory(store, [
      { name: 'a', cid: leaf },
      { name: 'b', cid: broken },
    ])
    await expect(exportDag(store, root, { path: join(folder, 'out') })).rejects.toThrow(
      refused('ERR_NOT_FOUND'),
    )
    expect(await filesIn(folder)).toEqual(['out/a'])
  })

  it('leaves no part of a file when it is aborted', async () => {
    const { root } = await importPaths(store, [await write(join(folder, 'x'), bytesOf(2_000_000))])
    const interrupt = new AbortController()
    const reason = new Error('enough')
    const exported = exportDag(store, root, {
      path: join(folder, 'out'),
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(reason),
    })
    await expect(exported).rejects.toBe(reason)
    expect(await filesIn(folder)).toEqual(['x'])
  })
})
