import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Backend, type Block, blockName } from '@blockpool/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fs } from '../src/index.ts'
import { blockPath, layoutOf, shardFolder, shardOf } from '../src/layout.ts'
import { blockOf, blocksOf, cidsOf, listed } from './support/blocks.ts'
import { type Fault, faulty } from './support/faulty.ts'
import { emptyStores, scratchFolder } from './support/stores.ts'

const scratch = scratchFolder()
const stores = emptyStores(scratch)
const block = blockOf('a block')
let path = ''
let fault: Fault = () => undefined
let store: Backend

beforeEach(async () => {
  path = stores.take()
  fault = () => undefined
  store = fs({ path, fileSystem: faulty((method, at) => fault(method, at)) })
  await store.open?.()
})
afterEach(async () => {
  fault = () => undefined
  await store.close?.()
  if (existsSync(path)) stores.giveBack(path)
})

const fileOf = ({ cid }: Block) => blockPath(layoutOf(path), blockName(cid))
const temps = () => readdirSync(join(path, 'tmp'))
const collect = async () => listed(store)

describe('errors of the device', () => {
  const steps = [
    ['create', 'EMFILE', { code: 'ERR_BACKEND', retryable: true }],
    ['create', 'EACCES', { code: 'ERR_BACKEND', retryable: false }],
    ['create', 'ENOSPC', { code: 'ERR_FULL' }],
    ['write', 'ENOSPC', { code: 'ERR_FULL' }],
    ['write', 'EDQUOT', { code: 'ERR_FULL' }],
    ['write', 'EIO', { code: 'ERR_BACKEND', retryable: true }],
    ['sync', 'EIO', { code: 'ERR_BACKEND', retryable: true }],
    ['close', 'EIO', { code: 'ERR_BACKEND', retryable: true }],
    ['rename', 'EROFS', { code: 'ERR_BACKEND', retryable: false }],
  ] as const
  test.each(steps)(
    'put: %s fails with %s: nothing is stored or left, and a retry works',
    async (step, errno, error) => {
      fault = (method) => (method === step ? errno : undefined)
      await expect(store.put(block)).rejects.toMatchObject({ ...error, cause: { code: errno } })
      fault = () => undefined
      expect(temps()).toEqual([])
      expect(await store.has(block.cid)).toBe(false)
      await store.put(block)
      expect(await store.get(block.cid)).toEqual(block.bytes)
    },
  )

  test('put: after a failed sync the file is thrown away, and a retry writes a new one', async () => {
    const synced: string[] = []
    fault = (method, at) => {
      if (method !== 'sync') return undefined
      synced.push(at)
      return synced.length === 1 ? 'EIO' : undefined
    }
    await expect(store.put(block)).rejects.toMatchObject({ code: 'ERR_BACKEND' })
    await store.put(block)
    expect(new Set(synced).size).toBe(2)
  })

  test.each(['put', 'delete'] as const)(
    '%s: its folder cannot be synced: it is not acknowledged',
    async (verb) => {
      await store.put(block)
      fault = (method) => (method === 'syncFolder' ? 'EIO' : undefined)
      const call = verb === 'put' ? store.put(block) : store.delete(block.cid)
      await expect(call).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    },
  )

  test.each([
    ['EIO', true],
    ['EMFILE', true],
    ['EACCES', false],
  ] as const)('get, has, delete and list: %s is an error, never "missing"', async (errno, retryable) => {
    fault = () => errno
    const { cid } = block
    const calls = [() => store.get(cid), () => store.has(cid), () => store.delete(cid), collect]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable })
  })

  test('list ends in an error rather than short', async () => {
    for (const each of blocksOf(20)) await store.put(each)
    fault = (method, at) => (method === 'names' && at.endsWith('/zz') ? 'EIO' : undefined)
    await expect(collect()).rejects.toMatchObject({ code: 'ERR_BACKEND' })
  })
})

describe('what stands in the place of a block', () => {
  test('a folder is an error, not "missing"', async () => {
    mkdirSync(fileOf(block))
    const calls = [() => store.get(block.cid), () => store.has(block.cid), () => store.put(block)]
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: 'ERR_BACKEND',
        retryable: false,
        cause: { code: 'EISDIR' },
      })
    }
    expect(temps()).toEqual([])
  })

  test('a symbolic link is an error; put and delete replace and remove the link, never what it leads to', async () => {
    const target = join(path, 'secret.txt')
    writeFileSync(target, 'a secret')
    symlinkSync(target, fileOf(block))
    const refusal = { code: 'ERR_BACKEND', retryable: false, cause: { code: 'ELOOP' } }
    await expect(store.get(block.cid)).rejects.toMatchObject(refusal)
    await expect(store.has(block.cid)).rejects.toMatchObject(refusal)
    await store.put(block)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    rmSync(fileOf(block))
    symlinkSync(target, fileOf(block))
    await store.delete(block.cid)
    expect(readFileSync(target, 'utf8')).toBe('a secret')
  })

  test('a named pipe is an error, and nobody waits for its writer', async () => {
    execFileSync('mkfifo', [fileOf(block)])
    for (const call of [() => store.get(block.cid), () => store.has(block.cid)]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: false })
    }
  })

  test('a corrupt file is healed by put', async () => {
    await store.put(block)
    writeFileSync(fileOf(block), 'a blocK')
    await store.put(block)
    expect(await store.get(block.cid)).toEqual(block.bytes)
  })

  test('files that are not ours are neither listed nor counted', async () => {
    await store.put(block)
    const shard = shardOf(blockName(block.cid))
    for (const name of [
      'notes.txt',
      '.hidden',
      `notes.${shard}a`,
      blockName(blockOf('in another shard').cid),
    ]) {
      writeFileSync(join(shardFolder(layoutOf(path), shard), name), 'x')
    }
    expect(await collect()).toEqual(cidsOf([block]))
    expect(await store.usage?.()).toMatchObject({ blocks: 1, bytes: block.bytes.length })
  })
})

describe('a store that is gone', () => {
  const gone = { code: 'ERR_STORE_GONE', retryable: true }
  const calls: ReadonlyArray<() => Promise<unknown> | undefined> = [
    () => store.get(block.cid),
    () => store.has(block.cid),
    () => store.put(block),
    () => store.delete(block.cid),
    collect,
    () => store.identity?.(),
    () => store.ping?.(),
    () => store.usage?.(),
  ]

  test('every verb says so when the folder was deleted, and nothing is made again', async () => {
    await store.put(block)
    rmSync(path, { recursive: true })
    for (const call of calls) await expect(call()).rejects.toMatchObject(gone)
    expect(existsSync(path)).toBe(false)
  })

  test('every verb says so over an empty mount point, until the disk is back', async () => {
    await store.put(block)
    renameSync(path, `${path}-away`)
    mkdirSync(path)
    for (const call of calls) await expect(call()).rejects.toMatchObject(gone)
    expect(readdirSync(path)).toEqual([])
    rmSync(path, { recursive: true })
    renameSync(`${path}-away`, path)
    expect(await store.get(block.cid)).toEqual(block.bytes)
    await store.ping?.()
  })

  test('get and has of a block whose folder is gone say so', async () => {
    const shard = shardFolder(layoutOf(path), shardOf(blockName(block.cid)))
    rmdirSync(shard)
    await expect(store.get(block.cid)).rejects.toMatchObject(gone)
    await expect(store.has(block.cid)).rejects.toMatchObject(gone)
    mkdirSync(shard)
  })

  test('get says so when a link leads away from the folder', async () => {
    const shard = shardFolder(layoutOf(path), shardOf(blockName(block.cid)))
    renameSync(shard, join(path, 'elsewhere'))
    symlinkSync(join(path, 'elsewhere'), shard)
    await expect(store.get(block.cid)).rejects.toMatchObject(gone)
    rmSync(shard)
    renameSync(join(path, 'elsewhere'), shard)
  })
})

describe('two instances on one folder', () => {
  test('each sees what the other does, and both have one identity', async () => {
    const other = fs({ path, durability: 'process' })
    await other.open?.()
    await store.put(block)
    expect(await other.get(block.cid)).toEqual(block.bytes)
    await other.delete(block.cid)
    expect(await store.has(block.cid)).toBe(false)
    expect(await other.identity?.()).toBe(await store.identity?.())
    await other.close?.()
  })

  test('a put whose temp file was swept by another fails, can be repeated, and stores nothing', async () => {
    fault = (method, at) => {
      if (method === 'rename') rmSync(at)
      return undefined
    }
    await expect(store.put(block)).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    expect(await store.has(block.cid)).toBe(false)
  })
})

describe('abort', () => {
  test.each(['create', 'write', 'sync', 'stat'] as const)(
    'during %s ends a put and leaves nothing',
    async (step) => {
      await store.usage?.()
      const controller = new AbortController()
      const reason = new Error('enough')
      const after: string[] = []
      fault = (method) => {
        if (method === step) controller.abort(reason)
        else if (controller.signal.aborted) after.push(method)
        return undefined
      }
      await expect(store.put(block, { signal: controller.signal })).rejects.toBe(reason)
      expect(after).toEqual(step === 'stat' ? ['remove'] : ['close', 'remove'])
      fault = () => undefined
      expect(temps()).toEqual([])
      expect(await store.has(block.cid)).toBe(false)
    },
  )

  test('of one who waits for the count of a large store ends their call, not the count', async () => {
    await store.put(block)
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    fault = (method) => (method === 'names' ? gate : undefined)
    const controller = new AbortController()
    const [given, kept] = [store.usage?.({ signal: controller.signal }), store.usage?.()]
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(given).rejects.toBe(reason)
    goOn()
    expect(await kept).toMatchObject({ blocks: 1 })
  })
})

describe('close', () => {
  test('waits for a put in flight; then no file of the store stays open', async () => {
    const steps: string[] = []
    fault = (method) => {
      steps.push(method)
      return undefined
    }
    const put = store.put(block)
    await store.close?.()
    expect(steps.at(-1)).toBe('syncFolder')
    await put
    if (process.platform === 'linux') expect(openFiles()).toEqual([])
  })

  test('ends a count that is under way', async () => {
    const usage = store.usage?.()
    const outcome = expect(usage).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    await store.close?.()
    await outcome
  })

  test('during open leaves the store closed', async () => {
    const other = fs(path)
    await Promise.all([other.open?.(), other.close?.()])
    await expect(other.get(block.cid)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })

  /** Files of the store that this process has open; Linux only. */
  function openFiles(): string[] {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const file = readlinkSync(`/proc/self/fd/${fd}`)
        return file.startsWith(path) ? [file] : []
      } catch {
        return [] // The descriptor of the folder /proc/self/fd itself.
      }
    })
  }
})

describe('options', () => {
  test.each([{ path: '' }, { path: 'x', durability: 'none' as 'power' }])('%o is refused', (options) => {
    expect(() => fs(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }))
  })
})

describe('durability', () => {
  const syncsOf = async (durability: 'power' | 'process') => {
    const calls: string[] = []
    const fileSystem = faulty((method) => {
      if (['sync', 'rename', 'remove', 'syncFolder'].includes(method)) calls.push(method)
      return undefined
    })
    const other = fs({ path, durability, fileSystem })
    await other.open?.()
    calls.length = 0
    await other.put(block)
    await other.delete(block.cid)
    await other.close?.()
    return { durability: other.traits.durability, calls }
  }

  test("'power': the bytes are synced before the rename, and the folder after rename and removal", async () => {
    const calls = ['sync', 'rename', 'syncFolder', 'remove', 'syncFolder']
    expect(await syncsOf('power')).toEqual({ durability: 'power', calls })
  })

  test('a put or delete that was rejected never lands late', () => {
    expect(fs('never-made').traits.lateEffects).toBe(false)
  })

  test("'process': nothing is synced", async () => {
    expect(await syncsOf('process')).toEqual({ durability: 'process', calls: ['rename', 'remove'] })
  })
})
