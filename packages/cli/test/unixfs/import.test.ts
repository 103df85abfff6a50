import { mkdir, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { importPaths, measurePaths, readDag } from '../../src/index.ts'
import { bytesOf, collect, makeFolder, openMemory, rawCid, write } from '../support.ts'

describe('importPaths', () => {
  it('makes a small file one raw block', async () => {
    const path = await write(join(await makeFolder(), 'hello'), 'hello world')
    const { root, files, bytes, blocks } = await importPaths(await openMemory(), [path])
    expect(root).toEqual(await rawCid(new TextEncoder().encode('hello world')))
    expect({ files, bytes, blocks }).toEqual({ files: 1, bytes: 11, blocks: 1 })
  })

  it('gives an empty directory the CID that Kubo gives it', async () => {
    const path = join(await makeFolder(), 'empty')
    await mkdir(path)
    const { root } = await importPaths(await openMemory(), [path])
    expect(root).toEqual(CID.parse('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn').toV1())
  })

  it('gives the same tree the same root, wherever it is and in whatever order it was made', async () => {
    const [one, two] = [await makeFolder(), await makeFolder()]
    const names = ['a', 'b/c', 'b/d', 'e']
    for (const name of names) await write(join(one, 'x', name), name)
    for (const name of names.toReversed()) await write(join(two, 'y', name), name)
    const first = await importPaths(await openMemory(), [join(one, 'x')])
    const second = await importPaths(await openMemory(), [join(two, 'y')])
    expect(first.root).toEqual(second.root)
  })

  it('puts a directory around several paths, by their names', async () => {
    const folder = await makeFolder()
    const paths = [await write(join(folder, 'p/a'), 'A'), await write(join(folder, 'q/b'), 'B')]
    const store = await openMemory()
    const { root } = await importPaths(store, paths)
    expect(await namesIn(store, root)).toEqual(['', 'a', 'b'])
  })

  it('puts a directory around one path when asked to', async () => {
    const path = await write(join(await makeFolder(), 'a'), 'A')
    const store = await openMemory()
    const { root } = await importPaths(store, [path], { wrap: true })
    expect(await namesIn(store, root)).toEqual(['', 'a'])
  })

  it('refuses two paths of one name', async () => {
    const folder = await makeFolder()
    const paths = [await write(join(folder, 'p/a'), ''), await write(join(folder, 'q/a'), '')]
    await expect(importPaths(await openMemory(), paths)).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })

  it('keeps links as links and says what it left out', async () => {
    const folder = await makeFolder()
    await write(join(folder, 'x/file'), '')
    await write(join(folder, 'x/.blockpool/y'), '')
    await symlink('file', join(folder, 'x/link'))
    const store = await openMemory()
    const { root, skipped } = await importPaths(store, [join(folder, 'x')])
    expect(skipped).toMatchObject([{ path: expect.stringContaining('.blockpool') }])
    const entries = await collect(readDag(store, root))
    expect(entries).toContainEqual({ kind: 'link', path: ['link'], target: 'file' })
  })

  it('says how far it is in bytes', async () => {
    const path = await write(join(await makeFolder(), 'x'), bytesOf(700_000))
    const seen: number[] = []
    await importPaths(await openMemory(), [path], { onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen).toEqual([262_144, 524_288, 700_000])
    expect(await measurePaths([path])).toEqual({ files: 1, bytes: 700_000 })
  })

  it('holds at most 64 MiB of chunks when the store takes nothing', async () => {
    const folder = join(await makeFolder(), 'x')
    for (let i = 0; i < 40; i += 1) await truncate(await write(join(folder, `f${i}`), ''), 4 * 1024 * 1024)
    const interrupt = new AbortController()
    let waiting = 0
    const put = (): Promise<void> => {
      waiting += 1
      return new Promise((_, reject) =>
        interrupt.signal.addEventListener('abort', () => reject(new Error('end'))),
      )
    }
    let read = 0
    const running = importPaths({ put }, [folder], { onProgress: ({ bytes }) => (read = bytes) })
    let before = -1
    while (read > before) {
      before = read
      await sleep(100)
    }
    expect(waiting).toBeGreaterThan(0)
    expect(read).toBeLessThanOrEqual(64 * 1024 * 1024)
    interrupt.abort()
    await expect(running).rejects.toThrow()
  })

  it('ends with the reason of the signal', async () => {
    const path = await write(join(await makeFolder(), 'x'), bytesOf(1_000_000))
    const interrupt = new AbortController()
    const reason = new Error('enough')
    const put = async (): Promise<void> => interrupt.abort(reason)
    await expect(importPaths({ put }, [path], { signal: interrupt.signal })).rejects.toBe(reason)
  })

  it('ends with the error of the store', async () => {
    const path = await write(join(await makeFolder(), 'x'), 'x')
    const error = new Error('no room')
    await expect(importPaths({ put: () => Promise.reject(error) }, [path])).rejects.toBe(error)
  })
})

async function namesIn(store: Parameters<typeof readDag>[0], root: CID): Promise<string[]> {
  return (await collect(readDag(store, root))).map(({ path }) => path.join('/'))
}
