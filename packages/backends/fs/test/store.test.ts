import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type FsOptions, fs } from '../src/index.ts'
import { layoutOf, shards, threadFolders } from '../src/layout.ts'
import { tempNames } from '../src/temp-names.ts'
import { blockOf, blocksOf, listed } from './support/blocks.ts'
import { faulty } from './support/faulty.ts'
import { startWorker } from './support/processes.ts'
import { filesIn, scratchFolder } from './support/stores.ts'

const scratch = scratchFolder()
let count = 0
let path = ''
beforeEach(() => {
  path = join(scratch, String(count++))
})

/** Opens, and closes again. */
async function opened(options: Partial<FsOptions> = {}): Promise<string | undefined> {
  const store = fs({ path, ...options })
  await store.open?.()
  const id = await store.identity?.()
  await store.close?.()
  return id
}

/** What stands in a folder, folders marked by a slash. */
function tree(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.map((entry) => join(entry.parentPath, entry.name) + (entry.isDirectory() ? '/' : '')).sort()
}

describe('a new store', () => {
  test('has all its folders and an identity, and those above it are made', async () => {
    path = join(path, 'a', 'b')
    const id = await opened()
    const layout = layoutOf(path)
    const folders = [layout.blocks, layout.tmp, ...shards.map((shard) => `${layout.blocks}/${shard}`)]
    expect(tree(path)).toEqual([...folders.map((folder) => `${folder}/`), layout.storeFile].sort())
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(JSON.parse(readFileSync(layout.storeFile, 'utf8'))).toEqual({
      format: 'blockpool-fs',
      version: 1,
      id,
    })
    expect(await opened()).toBe(id)
  })

  test('needs no folders that can be synced when a power cut is no concern', async () => {
    mkdirSync(join(path, 'lost+found'), { recursive: true })
    const fileSystem = faulty((method) => (method === 'syncFolder' ? 'EINVAL' : undefined))
    await expect(opened({ fileSystem })).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
    await opened({ fileSystem, durability: 'process' })
  })

  test('is made where a crash left one half made; the leftover goes once its process is gone', async () => {
    const fileSystem = faulty((method, at) =>
      method === 'create' && at.endsWith('json') ? 'EIO' : undefined,
    )
    const failing = faulty((method, at) => {
      if (method === 'removeFolder' || method === 'remove') return 'EIO'
      return method === 'create' && at.endsWith('json') ? 'EIO' : undefined
    })
    await expect(opened({ fileSystem: failing })).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    expect(tree(path)).toHaveLength(1 + 1 + 1024)
    await expect(opened({ fileSystem })).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    expect(tree(path)).toHaveLength(1 + 1 + 1024)
    const [leftover = ''] = readdirSync(join(path, 'tmp'))
    utimesSync(join(path, 'tmp', leftover), 0, 0)
    await opened()
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })

  test('is complete and synced before it is moved to its place, and there before it is used', async () => {
    const steps: string[] = []
    const staged = /tmp\/[^/]+/
    const fileSystem = faulty((method, at) => {
      const step = `${method} ${relative(path, at).replace(staged, 'STAGED')}`
      if (['create', 'sync', 'syncFolder', 'rename'].includes(method)) steps.push(step)
      return undefined
    })
    mkdirSync(path)
    await opened({ fileSystem })
    const made = ['syncFolder ', 'create STAGED/store.json', 'sync STAGED/store.json', 'syncFolder STAGED']
    expect(steps).toEqual([...made, 'rename STAGED', 'syncFolder blocks', 'syncFolder '])
  })

  test('is not there when it could not be made durable', async () => {
    const fileSystem = faulty((method) => (method === 'syncFolder' ? 'EIO' : undefined))
    await expect(opened({ fileSystem })).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    expect(filesIn(path)).toEqual([])
  })

  test('is full when the device is, and leaves nothing', async () => {
    const fileSystem = faulty((method, at) =>
      method === 'makeFolder' && at.endsWith('/ma') ? 'ENOSPC' : undefined,
    )
    await expect(opened({ fileSystem })).rejects.toMatchObject({ code: 'ERR_FULL' })
    expect(tree(path)).toEqual([`${path}/tmp/`])
  })

  test('an abort while it is made leaves nothing', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const fileSystem = faulty((method, at) => {
      if (method === 'makeFolder' && at.endsWith('/ma')) controller.abort(reason)
      return undefined
    })
    await expect(fs({ path, fileSystem }).open?.({ signal: controller.signal })).rejects.toBe(reason)
    expect(tree(path)).toEqual([`${path}/tmp/`])
  })

  test('opened by several at once, it is one store', async () => {
    const stores = Array.from({ length: 4 }, () => fs({ path }))
    await Promise.all(stores.map((store) => store.open?.()))
    const ids = await Promise.all(stores.map((store) => store.identity?.()))
    expect(new Set(ids).size).toBe(1)
    await Promise.all(stores.map((store, i) => store.put(blockOf(`from ${i}`))))
    expect(await listed(stores[0] as (typeof stores)[0])).toHaveLength(4)
    await Promise.all(stores.map((store) => store.close?.()))
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })

  test('made and filled by two processes at once, it is one store with the blocks of both', async () => {
    const workers = [startWorker('fill', path), startWorker('fill', path)]
    const ids = await Promise.all(workers.map((worker) => worker.line()))
    await Promise.all(workers.map((worker) => worker.kill()))
    const store = fs(path)
    await store.open?.()
    expect(ids).toEqual(Array(2).fill(await store.identity?.()))
    expect(await listed(store)).toHaveLength(300)
    for (const { cid, bytes } of blocksOf(100)) expect(await store.get(cid)).toEqual(bytes)
    await store.close?.()
  })
})

describe('create: false', () => {
  test('never makes a store', async () => {
    await expect(opened({ create: false })).rejects.toMatchObject({ code: 'ERR_STORE_GONE', retryable: true })
    mkdirSync(path)
    await expect(opened({ create: false })).rejects.toMatchObject({ code: 'ERR_STORE_GONE' })
    expect(tree(path)).toEqual([])
  })

  test('opens a store that is there', async () => {
    path = join(scratch, 'store')
    expect(await opened()).toBe(await opened({ create: false }))
  })
})

describe('a folder that is something else', () => {
  const foreign: ReadonlyArray<readonly [string, () => void]> = [
    ['holds a file of somebody', () => writeFileSync(join(path, 'notes.txt'), 'mine')],
    ['holds a folder of somebody', () => mkdirSync(join(path, 'photos'))],
    ['holds a folder tmp of somebody', () => mkdirSync(join(path, 'tmp', 'mine'), { recursive: true })],
    ['holds a link named tmp', () => symlinkSync('/nowhere', join(path, 'tmp'))],
    ['holds a file named blocks', () => writeFileSync(join(path, 'blocks'), 'mine')],
    ['holds a folder blocks of somebody', () => mkdirSync(join(path, 'blocks', 'aa'), { recursive: true })],
    [
      'holds a store.json of somebody',
      () => {
        mkdirSync(join(path, 'blocks'))
        writeFileSync(join(path, 'blocks', 'store.json'), '{ "format": "shop", "version": 1, "id": "x" }')
      },
    ],
  ]
  test.each(foreign)('one that %s is refused and left as it is', async (_what, prepare) => {
    mkdirSync(path)
    prepare()
    const before = tree(path)
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID', retryable: false })
    await expect(opened({ create: false })).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
    expect(tree(path)).toEqual(before)
  })

  test('a file in its place is refused and left as it is', async () => {
    writeFileSync(path, 'mine')
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})

describe('a damaged store', () => {
  const newer = JSON.stringify({ format: 'blockpool-fs', version: 2, id: 'x' })
  const damages = [
    ['whose id is lost', 'blocks/store.json', undefined],
    ['whose id is cut off', 'blocks/store.json', '{ "format": "blockp'],
    ['whose id is empty', 'blocks/store.json', '{ "format": "blockpool-fs", "version": 1, "id": "" }'],
    ['of a newer version', 'blocks/store.json', newer],
    ['without one of its folders', 'blocks/qj', undefined],
    ['with a file in place of a folder', 'blocks/qj', 'text'],
    ['with a link in place of a folder', 'blocks/qj', symlinkSync],
    ['with a link in place of blocks', 'blocks', symlinkSync],
    ['with a link in place of tmp', 'tmp', symlinkSync],
    ["with a link in place of a thread's folder", 'tmp/0', symlinkSync],
    ["with a file in place of a thread's folder", 'tmp/1', 'text'],
  ] as const
  test.each(damages)('one %s is refused and left as it is', async (_what, name, replacement) => {
    path = join(scratch, 'store')
    await opened()
    for (const folder of threadFolders) mkdirSync(join(path, 'tmp', folder), { recursive: true })
    const part = join(path, name)
    const aside = join(scratch, 'aside')
    renameSync(part, aside)
    if (typeof replacement === 'string') writeFileSync(part, replacement)
    else replacement?.(aside, part)
    const before = tree(path)
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID', retryable: false })
    expect(tree(path)).toEqual(before)
    rmSync(part, { force: true })
    renameSync(aside, part)
    await opened()
  })
})

test('a store is made again where only folders for temp files are left', async () => {
  const before = await opened()
  for (const folder of threadFolders) mkdirSync(join(path, 'tmp', folder))
  rmSync(join(path, 'blocks'), { recursive: true })
  expect(await opened()).not.toBe(before)
})

describe('temp files', () => {
  beforeEach(() => {
    path = join(scratch, 'store')
    rmSync(join(path, 'tmp'), { recursive: true, force: true })
  })

  test('of a killed process go when the store is opened; those of a living one stay', async () => {
    const [dead, alive] = [startWorker('hang', path), startWorker('hang', path)]
    expect([await dead.line(), await alive.line()]).toEqual(['hanging', 'hanging'])
    await opened()
    expect(readdirSync(join(path, 'tmp'))).toHaveLength(2)
    await dead.kill()
    await opened()
    const left = readdirSync(join(path, 'tmp'))
    expect(left).toHaveLength(1)
    expect(left[0]).toContain(`.${alive.process.pid}.`)
    await alive.kill()
    await opened()
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })

  test('not written to for an hour go, and what is not ours stays', async () => {
    await opened()
    const name = tempNames()
    const kept: string[] = []
    for (const folder of ['', ...threadFolders].map((part) => join(path, 'tmp', part))) {
      mkdirSync(folder, { recursive: true })
      const [old, fresh, foreign] = [name(), name(), 'notes.txt'].map((file) => join(folder, file))
      for (const file of [old, fresh, foreign]) writeFileSync(file as string, 'half a block')
      for (const file of [old, foreign]) utimesSync(file as string, 0, 0)
      kept.push(fresh as string, foreign as string)
    }
    await opened()
    expect(filesIn(join(path, 'tmp')).sort()).toEqual(kept.sort())
  })

  test('that cannot be removed do not keep the store from opening', async () => {
    await opened()
    const old = join(path, 'tmp', tempNames()())
    writeFileSync(old, 'half a block')
    utimesSync(old, 0, 0)
    await opened({ fileSystem: faulty((method) => (method === 'remove' ? 'EACCES' : undefined)) })
    expect(filesIn(join(path, 'tmp'))).toEqual([old])
  })

  test('have a folder again when somebody removed it', async () => {
    const id = await opened()
    rmdirSync(join(path, 'tmp'))
    expect(await opened({ create: false })).toBe(id)
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })
})
