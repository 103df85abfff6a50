import { type Backend, blockName } from '@blockpool/core'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { fs, nodeFileSystem } from '../src/index.ts'
import { blockOf, blocksOf } from './support/blocks.ts'
import { type Fault, faulty } from './support/faulty.ts'
import { emptyStores } from './support/stores.ts'

const stores = emptyStores()
const open: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function openStore(fileSystem = nodeFileSystem, path = stores.take()): Promise<Backend> {
  const store = fs({ path, durability: 'process', fileSystem })
  await store.open?.()
  open.push(async () => {
    await store.close?.()
    stores.giveBack(path)
  })
  return store
}

/** Holds up what asks for `opened`, until `open`. */
function gate() {
  const [opened, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    open: opened.resolve,
    reached: reached.promise,
    get opened(): Promise<void> {
      reached.resolve()
      return opened.promise
    },
  }
}

/** Blocks and bytes as they are on the disk. */
async function counted(store: Backend): Promise<{ blocks: number; bytes: number }> {
  let [blocks, bytes] = [0, 0]
  for await (const cid of store.list()) {
    blocks++
    bytes += (await store.get(cid))?.length ?? 0
  }
  return { blocks, bytes }
}

describe('usage', () => {
  test('counts the store once, and then moves with puts and deletes', async () => {
    let reads = 0
    const store = await openStore(
      faulty((method, at) => {
        if (method === 'names' && at.includes('/blocks/')) reads++
        return undefined
      }),
    )
    for (const block of blocksOf(10)) await store.put(block)
    expect(await store.usage?.()).toMatchObject({ blocks: 10, bytes: 70 })
    expect(reads).toBe(1024)
    await store.put(blockOf('one more'))
    await store.put(blockOf('one more'))
    await store.delete(blockOf('block 3').cid)
    await store.delete(blockOf('block 3').cid)
    expect(await store.usage?.()).toMatchObject({ blocks: 10, bytes: 71 })
    expect(reads).toBe(1024)
  })

  test('tells the bytes that the device still takes', async () => {
    const { freeBytes } = (await (await openStore()).usage?.()) ?? {}
    expect(freeBytes).toBeGreaterThan(0)
    expect(Number.isSafeInteger(freeBytes)).toBe(true)
  })

  test('is exact when puts and deletes of the same blocks run while the store is counted', async () => {
    const store = await openStore()
    const blocks = blocksOf(40)
    const step = fc.record({ put: fc.boolean(), at: fc.nat(39), wait: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 400 }), async (steps) => {
        await store.close?.()
        await store.open?.()
        const usage = store.usage?.()
        const calls: Array<Promise<void>> = []
        for (const { put, at, wait } of steps) {
          const block = blocks[at] ?? blockOf('none')
          calls.push(put ? store.put(block) : store.delete(block.cid))
          for (let i = 0; i < wait; i++) await new Promise(setImmediate)
        }
        await Promise.all([...calls, usage])
        expect(await store.usage?.()).toMatchObject(await counted(store))
      }),
      { numRuns: 10 },
    )
  })

  test('a put that is under way when its folder has been counted is counted once', async () => {
    const block = blockOf('one')
    const [stat, rename] = [gate(), gate()]
    const fault: Fault = (method, at) => {
      if (method === 'stat' && at.endsWith(blockName(block.cid))) return stat.opened
      return method === 'rename' ? rename.opened : undefined
    }
    let held = false
    const store = await openStore(faulty((method, at) => (held ? fault(method, at) : undefined)))
    await store.put(block)
    held = true
    const usage = store.usage?.()
    await stat.reached
    const put = store.put(block)
    await rename.reached
    stat.open()
    await new Promise((resolve) => setTimeout(resolve, 20))
    rename.open()
    await put
    expect(await usage).toMatchObject({ blocks: 1 })
    expect(await store.usage?.()).toMatchObject({ blocks: 1, bytes: 3 })
  })

  test('a count that failed goes on with the next call', async () => {
    let failing = true
    const store = await openStore(
      faulty((method, at) => (failing && method === 'names' && at.endsWith('/qj') ? 'EIO' : undefined)),
    )
    for (const block of blocksOf(50)) await store.put(block)
    await expect(store.usage?.()).rejects.toMatchObject({ code: 'ERR_BACKEND', retryable: true })
    await store.delete(blockOf('block 7').cid)
    failing = false
    expect(await store.usage?.()).toMatchObject(await counted(store))
  })

  test('is counted anew after close, so that it learns what another process did', async () => {
    const path = stores.take()
    const store = await openStore(undefined, path)
    await store.put(blockOf('mine'))
    expect(await store.usage?.()).toMatchObject({ blocks: 1 })
    const other = fs({ path, durability: 'process' })
    await other.open?.()
    await other.put(blockOf('theirs'))
    await other.close?.()
    await store.close?.()
    await store.open?.()
    expect(await store.usage?.()).toMatchObject({ blocks: 2, bytes: 10 })
  })
})
