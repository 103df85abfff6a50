import { execFile } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { blockName } from '@blockpool/core'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { BlockFiles } from '../src/block-files.ts'
import { type FileSystem, fs, nodeFileSystem } from '../src/index.ts'
import { blockPath, type Layout, layoutOf, shardFolder, shardOf } from '../src/layout.ts'
import { tempNames } from '../src/temp-names.ts'
import { LARGEST, WriteThread } from '../src/write-thread.ts'
import { blockOf, blocksOf } from './support/blocks.ts'
import { emptyStores, filesIn, scratchFolder } from './support/stores.ts'

/** A thread starts in 50 ms, but not on a machine that has much else to do. */
const PATIENCE = { timeout: 30_000 }

const scratch = scratchFolder()
const stores = emptyStores(scratch)

async function running(main?: URL): Promise<WriteThread> {
  const thread = new WriteThread({ main, startAfter: 0 })
  onTestFinished(() => thread.close())
  await vi.waitUntil(() => thread.isReady(), PATIENCE)
  return thread
}

describe('WriteThread', () => {
  let folder = ''
  let made = 0
  beforeEach(() => {
    folder = join(scratch, `folder-${made++}`)
    mkdirSync(folder)
  })
  const at = (name: string) => join(folder, name)

  test('writes all that ask at once, each its own bytes, and nothing is left of the temp files', async () => {
    const thread = await running()
    const sizes = [0, 1, 1_000, 32_768]
    await Promise.all(
      sizes.map((size) => thread.write(at(`t${size}`), at(`${size}`), new Uint8Array(size).fill(size))),
    )
    expect(readdirSync(folder).sort()).toEqual(sizes.map(String).sort())
    for (const size of sizes) {
      expect(new Uint8Array(readFileSync(at(`${size}`)))).toEqual(new Uint8Array(size).fill(size))
    }
  })

  test('writes more than it is handed at once', async () => {
    const thread = await running()
    const files = Array.from({ length: 9 }, (_, i) => new Uint8Array(LARGEST - i).fill(i + 1))
    await Promise.all(files.map((bytes, i) => thread.write(at(`t${i}`), at(`${i}`), bytes)))
    for (const [i, bytes] of files.entries()) {
      expect(Buffer.compare(readFileSync(at(`${i}`)), bytes)).toBe(0)
    }
  })

  test('writes a part of a larger memory, and leaves that memory to its owner', async () => {
    const thread = await running()
    const memory = Uint8Array.from([1, 2, 3, 4, 5])
    await thread.write(at('temp'), at('file'), memory.subarray(1, 4))
    expect([...readFileSync(at('file'))]).toEqual([2, 3, 4])
    expect([...memory]).toEqual([1, 2, 3, 4, 5])
  })

  test('the failure of one file concerns no other, and has the code of its call', async () => {
    const thread = await running()
    writeFileSync(at('taken'), 'of somebody')
    symlinkSync(at('elsewhere'), at('link'))
    mkdirSync(at('busy'))
    const bytes = Uint8Array.of(1)
    const outcomes = await Promise.allSettled([
      thread.write(at('taken'), at('a'), bytes),
      thread.write(at('link'), at('b'), bytes),
      thread.write(at('none/none/temp'), at('c'), bytes),
      thread.write(at('temp'), at('busy'), bytes),
      thread.write(at('good'), at('e'), bytes),
    ])
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)
    expect(codes).toEqual(['EEXIST', 'EEXIST', 'ENOENT', 'EISDIR', false])
    expect(readFileSync(at('taken'), 'utf8')).toBe('of somebody')
    expect(readdirSync(folder).sort()).toEqual(['busy', 'e', 'link', 'taken', 'temp'])
  })

  test('starts after as many files as it is worth', async () => {
    const started = vi.fn()
    process.on('worker', started)
    onTestFinished(() => void process.off('worker', started))
    const thread = new WriteThread({ startAfter: 2 })
    onTestFinished(() => thread.close())
    expect([thread.isReady(), thread.isReady()]).toEqual([false, false])
    await new Promise(setImmediate)
    expect(started).not.toHaveBeenCalled()
    await vi.waitUntil(() => thread.isReady(), PATIENCE)
    expect(started).toHaveBeenCalledOnce()
  })

  test('its end rejects what it had to do, and another one is started', async () => {
    const thread = await running(new URL('support/thread-that-dies.mjs', import.meta.url))
    const writes = [1, 2].map((n) => thread.write(at(`t${n}`), at(`${n}`), Uint8Array.of(n)))
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_BACKEND', retryable: true } })
    }
    expect(thread.isReady()).toBe(false)
    await expect(thread.write(at('t'), at('f'), Uint8Array.of(1))).rejects.toMatchObject({
      code: 'ERR_BACKEND',
    })
    await vi.waitUntil(() => thread.isReady(), PATIENCE)
  })

  test('never runs where its code is missing', async () => {
    const thread = new WriteThread({
      main: new URL('support/no-such-file.mjs', import.meta.url),
      startAfter: 0,
    })
    const looks = vi.fn(() => thread.isReady())
    await expect(vi.waitUntil(looks, { timeout: 500 })).rejects.toThrow()
    expect(looks.mock.calls.length).toBeGreaterThan(1)
  })
})

describe('blocks that the thread writes', () => {
  const block = blockOf('small')
  const name = blockName(block.cid)
  let layout: Layout
  let thread: WriteThread
  let files: BlockFiles
  /** What else is done with a file being written: nothing, where the thread does all of it. */
  let steps: string[] = []
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    create: (path) => {
      steps.push('create')
      return nodeFileSystem.create(path)
    },
  }

  beforeEach(async () => {
    const path = stores.take()
    const store = fs(path)
    await store.open?.()
    await store.close?.()
    layout = layoutOf(path)
    thread = new WriteThread({ startAfter: 0 })
    await vi.waitUntil(() => thread.isReady(), PATIENCE)
    steps = []
    files = new BlockFiles({
      files: fileSystem,
      layout,
      tempName: tempNames(),
      power: false,
      threads: [thread],
    })
  })
  afterEach(async () => {
    await files.close()
    stores.giveBack(layout.root)
  })
  const temps = () => filesIn(layout.tmp)

  test('are small: larger ones take the calls of the file system', async () => {
    const others = blocksOf(2).map((other) => blockName(other.cid))
    const writeWithOthers = (size: number) =>
      Promise.all([...others, name].map((one) => files.write(one, new Uint8Array(size), undefined)))
    await writeWithOthers(65_536)
    expect(steps).toEqual([])
    await writeWithOthers(65_537)
    expect(steps).toEqual(['create', 'create'])
    expect(readFileSync(blockPath(layout, name))).toHaveLength(65_537)
  })

  test('may be larger where nothing else is written', async () => {
    await files.write(name, new Uint8Array(LARGEST), undefined)
    expect(steps).toEqual([])
    await files.write(name, new Uint8Array(LARGEST + 1), undefined)
    expect(steps).toEqual(['create'])
    expect(readFileSync(blockPath(layout, name))).toHaveLength(LARGEST + 1)
  })

  test('are shared by all threads, which have temp files apart', async () => {
    const other = await running()
    const both = new BlockFiles({
      files: fileSystem,
      layout,
      tempName: tempNames(),
      power: false,
      threads: [thread, other],
    })
    const writes = [vi.spyOn(thread, 'write'), vi.spyOn(other, 'write')]
    await both.write(name, block.bytes, undefined)
    expect(writes.map((write) => write.mock.calls.length)).toEqual([1, 0])
    await Promise.all(blocksOf(9).map(({ cid, bytes }) => both.write(blockName(cid), bytes, undefined)))
    expect(writes.map((write) => write.mock.calls.length)).toEqual([6, 4])
    const folders = writes.map((write) => new Set(write.mock.calls.map(([temp]) => dirname(temp))))
    expect(folders).toEqual([new Set([join(layout.tmp, '0')]), new Set([join(layout.tmp, '1')])])
    expect(filesIn(layout.tmp)).toEqual([])
  })

  test('are none where they must be synced', async () => {
    const synced = new BlockFiles({
      files: fileSystem,
      layout,
      tempName: tempNames(),
      power: true,
      threads: [thread],
    })
    await synced.write(name, block.bytes, undefined)
    expect(steps).toEqual(['create'])
  })

  test('are counted, one that is replaced once', async () => {
    await files.count(() => {})
    await files.write(name, new Uint8Array(5), undefined)
    await files.write(name, new Uint8Array(7), undefined)
    expect(await files.usage()).toMatchObject({ blocks: 1, bytes: 7 })
    expect(steps).toEqual([])
  })

  test('of which one cannot be moved to its place leave no temp file', async () => {
    const path = blockPath(layout, name)
    mkdirSync(path)
    await expect(files.write(name, block.bytes, undefined)).rejects.toMatchObject({ code: 'EISDIR' })
    expect(temps()).toEqual([])
    rmdirSync(path)
    await files.write(name, block.bytes, undefined)
    expect(await files.read(name)).toEqual(block.bytes)
    expect(steps).toEqual([])
  })

  test('in a store that is gone say so, whichever of its folders is missing', async () => {
    const shard = shardFolder(layout, shardOf(name))
    for (const [folder, code] of [
      [layout.tmp, 'ENOENT'],
      [shard, 'ENOENT'],
    ] as const) {
      renameSync(folder, `${layout.root}-away`)
      await expect(files.write(name, block.bytes, undefined)).rejects.toMatchObject({ code })
      renameSync(`${layout.root}-away`, folder)
    }
    expect(temps()).toEqual([])
  })

  test('given up before the thread was asked are not written', async () => {
    const reason = new Error('given up')
    await expect(files.write(name, block.bytes, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await files.read(name)).toBeUndefined()
  })

  test('given up later are there when the call says so', async () => {
    const controller = new AbortController()
    const write = files.write(name, block.bytes, controller)
    await new Promise(setImmediate)
    controller.abort()
    const outcome = await write.then(() => 'written')
    expect(outcome).toBe('written')
    expect(await files.read(name)).toEqual(block.bytes)
  })

  test('are written in the order of their calls where they have one name', async () => {
    const versions = blocksOf(20).map(({ bytes }) => bytes)
    await Promise.all(versions.map((bytes) => files.write(name, bytes, undefined)))
    expect(await files.read(name)).toEqual(versions.at(-1))
  })
})

describe('a process that closes nothing', () => {
  const file = fileURLToPath(new URL('support/process-with-thread.ts', import.meta.url))
  test.each([
    ['ends by itself, after the last puts of its thread', [], 'thread\nstored\n'],
    [
      'may be one that is permitted no threads',
      ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'],
      'stored\n',
    ],
  ])(
    '%s',
    async (_, flags, output) => {
      const path = stores.take()
      const args = ['--conditions=@blockpool/source', ...flags, file, path]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      expect(stdout).toBe(output)
      const store = fs(path)
      await store.open?.()
      for (const { cid, bytes } of blocksOf(20)) expect(await store.get(cid)).toEqual(bytes)
      await store.close?.()
      expect(filesIn(layoutOf(path).tmp)).toEqual([])
      stores.giveBack(path)
    },
    120_000,
  )
})
