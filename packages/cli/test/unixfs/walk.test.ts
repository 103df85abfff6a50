import { execFileSync } from 'node:child_process'
import { mkdir, realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Found, walk } from '../../src/unixfs/walk.ts'
import { makeFolder, write } from '../support.ts'

async function found(path: string): Promise<Found[]> {
  const all: Found[] = []
  for await (const one of walk(path)) all.push(one)
  return all
}

describe('walk', () => {
  it('yields files with names that start with the last part of the path, in the order of names', async () => {
    const root = await makeFolder()
    for (const name of ['b', 'a/z', 'a/c', '.hidden', 'B']) await write(join(root, 'top', name), name)
    const names = (await found(join(root, 'top'))).map(({ name }) => name)
    expect(names).toEqual(['top/.hidden', 'top/B', 'top/a/c', 'top/a/z', 'top/b'])
  })

  it('yields a single file', async () => {
    const path = await write(join(await makeFolder(), 'one'), '12345')
    expect(await found(path)).toEqual([{ kind: 'file', path: await realpath(path), name: 'one', bytes: 5 }])
  })

  it('yields a directory only when it is empty', async () => {
    const root = await makeFolder()
    await mkdir(join(root, 'top/empty'), { recursive: true })
    expect(await found(join(root, 'top'))).toMatchObject([{ kind: 'directory', name: 'top/empty' }])
  })

  it('follows a link that it is given, and yields links below as links', async () => {
    const root = await makeFolder()
    await write(join(root, 'top/file'), '')
    await symlink('../outside', join(root, 'top/link'))
    await symlink('top', join(root, 'alias'))
    expect(await found(join(root, 'alias'))).toMatchObject([
      { kind: 'file', name: 'alias/file' },
      { kind: 'link', name: 'alias/link', target: '../outside' },
    ])
  })

  it('skips the folder of a pool, which would grow while it is added', async () => {
    const root = await makeFolder()
    await write(join(root, 'top/.blockpool/blocks/x'), '')
    expect(await found(join(root, 'top'))).toMatchObject([
      { kind: 'skipped', name: 'top/.blockpool' },
      { kind: 'directory', name: 'top' },
    ])
  })

  it('skips what is neither file nor folder, and does not wait for it', async () => {
    const root = await makeFolder()
    await write(join(root, 'top/file'), '')
    execFileSync('mkfifo', [join(root, 'top/pipe')])
    expect(await found(join(root, 'top'))).toMatchObject([
      { kind: 'file' },
      { kind: 'skipped', name: 'top/pipe' },
    ])
    await expect(found(join(root, 'top/pipe'))).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_FILE' })
  })

  it('refuses a folder whose name ends in a backslash, which the importer would read as an escape', async () => {
    const root = await makeFolder()
    await write(join(root, 'top', 'odd\\', 'file'), '')
    await expect(found(join(root, 'top'))).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_FILE' })
  })

  it('throws for a path that is not there', async () => {
    await expect(found(join(await makeFolder(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
