import { type Backend, type Block, blockKey } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { pause } from '../../src/timing.ts'
import { type Broken, BrokenError, broken } from './broken.ts'

/** Bugs in list. */
export const brokenLists: readonly Broken[] = [
  broken('list/empty-ends', 'listing an empty store rejects', (inner) => ({
    async *list(options) {
      if ((await inner.usage?.())?.blocks === 0) throw new BrokenError('NoSuchKey')
      yield* inner.list(options)
    },
  })),
  broken('list/each-block-once', 'list yields each block twice', (inner) => ({
    async *list(options) {
      yield* inner.list(options)
      yield* inner.list(options)
    },
  })),
  broken('list/each-block-once', 'list forgets the last block', (inner) => ({
    async *list() {
      yield* (await gather(inner)).slice(0, -1)
    },
  })),
  broken('list/more-than-a-thousand', 'list ends with its first page', (inner) => ({
    async *list() {
      yield* (await gather(inner)).slice(0, 1000)
    },
  })),
  broken('list/deleted-are-gone', 'list yields all that was ever put', (inner) => {
    const ever = new Map<string, CID>()
    return {
      put: (block, options) => {
        ever.set(blockKey(block.cid), block.cid)
        return inner.put(block, options)
      },
      async *list() {
        yield* ever.values()
      },
    }
  }),
  broken('list/starts-anew', 'all listings share one cursor', (inner) => {
    let shared: AsyncIterator<CID> | undefined
    return {
      async *list() {
        shared ??= inner.list()[Symbol.asyncIterator]()
        for (let next = await shared.next(); !next.done; next = await shared.next()) yield next.value
      },
    }
  }),
  broken('list/early-return', 'a listing that was left early keeps the store locked', (inner) => {
    let listing = 0
    return {
      async *list(options) {
        listing++
        yield* inner.list(options)
        listing--
      },
      async put(block, options) {
        if (listing > 0) throw new BrokenError('database is locked')
        return inner.put(block, options)
      },
    }
  }),
  broken('list/while-writing', 'list rejects when the store changes meanwhile', (inner) => {
    let version = 0
    return {
      put: (block, options) => {
        version++
        return inner.put(block, options)
      },
      async *list(options) {
        const before = version
        for await (const cid of inner.list(options)) {
          if (version !== before) throw new BrokenError('modified')
          yield cid
        }
      },
    }
  }),
  broken('list/while-writers-run', 'pages by offset, newest first', (inner) => ({
    put: async (block, options) => {
      await pause(0)
      await inner.put(block, options)
    },
    async *list() {
      for (let offset = 0; ; offset += 10) {
        const page = (await gather(inner)).reverse().slice(offset, offset + 10)
        yield* page
        if (page.length < 10) return
        await pause(0)
      }
    },
  })),
  broken('list/while-deleting-what-it-yields', 'pages by offset', (inner) => ({
    async *list() {
      for (let offset = 0; ; offset += 10) {
        const page = (await gather(inner)).slice(offset, offset + 10)
        yield* page
        if (page.length < 10) return
      }
    },
  })),
  broken('cid/spellings-list-once', 'list yields a block for each spelling', (inner) => {
    const put = new Map<string, Block>()
    return {
      put: (block, options) => {
        put.set(block.cid.toString(), block)
        return inner.put(block, options)
      },
      async *list() {
        for (const { cid } of put.values()) yield cid
      },
    }
  }),
  broken('closed/listing-under-way', 'a listing goes on after close', (inner) => ({
    async *list() {
      yield* await gather(inner)
    },
  })),
]

async function gather(inner: Backend): Promise<CID[]> {
  const cids = []
  for await (const cid of inner.list()) cids.push(cid)
  return cids
}
