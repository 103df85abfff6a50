import { type Block, blockKey, PoolError } from '@blockpool/core'
import { pause } from '../../src/timing.ts'
import { type Broken, BrokenError, broken } from './broken.ts'

/** Bugs in the handling of bytes, sizes and calls side by side. */
export const brokenBytes: readonly Broken[] = [
  broken('bytes/given-are-not-written', 'put wipes the bytes that it was given', (inner) => ({
    async put({ cid, bytes }, options) {
      await inner.put({ cid, bytes: bytes.slice() }, options)
      bytes.fill(0)
    },
  })),
  broken('bytes/given-are-not-written', 'put takes the buffer away', (inner) => ({
    put: ({ cid, bytes }, options) => {
      const { byteOffset, length } = bytes
      const buffer = structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
      return inner.put({ cid, bytes: new Uint8Array(buffer, byteOffset, length) }, options)
    },
  })),
  broken('bytes/returned-stay-valid', 'every get reads into one buffer', (inner) => {
    const scratch = new Uint8Array(2 * 1024 * 1024)
    return {
      async get(cid, options) {
        const bytes = await inner.get(cid, options)
        if (!bytes) return undefined
        scratch.set(bytes)
        return scratch.subarray(0, bytes.length)
      },
    }
  }),
  broken('bytes/returned-can-be-put', 'delete wipes the bytes that get returned', (inner) => ({
    async delete(cid, options) {
      const bytes = await inner.get(cid)
      bytes?.fill(0)
      return inner.delete(cid, options)
    },
  })),
  broken('bytes/views', 'the whole buffer under a view is stored', (inner) => ({
    put: ({ cid, bytes }, options) => inner.put({ cid, bytes: new Uint8Array(bytes.buffer) }, options),
  })),
  broken('limits/empty-block', 'a block without bytes is taken for none', (inner) => ({
    async get(cid, options) {
      const bytes = await inner.get(cid, options)
      return bytes?.length ? bytes : undefined
    },
  })),
  broken('limits/empty-block', 'a block without bytes is refused', (inner) => ({
    async put(block, options) {
      if (block.bytes.length === 0) throw new BrokenError('empty body')
      return inner.put(block, options)
    },
  })),
  broken('limits/one-mebibyte', 'bytes beyond 512 KiB are cut off', (inner) => ({
    put: ({ cid, bytes }, options) => inner.put({ cid, bytes: bytes.subarray(0, 524_288) }, options),
  })),
  broken('limits/largest-block', 'the limit is off by one', (inner) => ({
    traits: { durability: 'none', maxBlockBytes: 1000 },
    async put(block, options) {
      if (block.bytes.length >= 1000) throw new PoolError('ERR_BLOCK_TOO_LARGE', 'too large')
      return inner.put(block, options)
    },
  })),
  broken('limits/over-the-largest', 'the limit is said, not held', () => ({
    traits: { durability: 'none', maxBlockBytes: 1000 },
  })),
  broken('concurrency/same-block', 'a second put of one block at once rejects', (inner) => {
    const writing = new Set<string>()
    return {
      async put(block, options) {
        const key = blockKey(block.cid)
        if (writing.has(key)) throw new BrokenError('EEXIST')
        writing.add(key)
        await inner.put(block, options)
        writing.delete(key)
      },
    }
  }),
  broken('concurrency/thousand-at-once', 'more than 256 calls at once exhaust the descriptors', (inner) => {
    let open = 0
    return {
      async put(block, options) {
        if (open >= 256) throw new BrokenError('EMFILE')
        open++
        await pause(1)
        await inner.put(block, options)
        open--
      },
    }
  }),
  broken('concurrency/put-against-delete', 'index and data are changed apart', (inner) => {
    const index = new Set<string>()
    return {
      async put(block, options) {
        index.add(blockKey(block.cid))
        await pause(0)
        await inner.put(block, options)
      },
      async delete(cid, options) {
        index.delete(blockKey(cid))
        await inner.delete(cid, options)
      },
      has: async (cid) => index.has(blockKey(cid)),
    }
  }),
  broken('concurrency/never-torn', 'a block can be read while it is half written', (inner) => ({
    async put({ cid, bytes }, options) {
      await inner.put({ cid, bytes: bytes.subarray(0, bytes.length / 2) }, options)
      await pause(2)
      await inner.put({ cid, bytes }, options)
    },
  })),
  broken('concurrency/calls-do-not-mix', 'gathered reads are answered in the wrong order', (inner) => {
    let waiting: Array<() => void> = []
    let asked: Array<Promise<Uint8Array | undefined>> = []
    return {
      async get(cid, options) {
        const place = asked.push(inner.get(cid, options)) - 1
        const gathered = asked
        if (place === 0) {
          queueMicrotask(() => {
            const ready = waiting
            waiting = []
            asked = []
            for (const resolve of ready) resolve()
          })
        }
        await new Promise<void>((resolve) => waiting.push(resolve))
        return gathered[gathered.length - 1 - place]
      },
    }
  }),
  broken('model/random-sequence', 'every 40th put is lost', (inner) => {
    let puts = 0
    return { put: async (block, options) => (++puts % 40 === 0 ? undefined : inner.put(block, options)) }
  }),
  broken('model/side-by-side', 'of several puts at once the last is lost', (inner) => {
    let batch: Block[] = []
    const flush = async (): Promise<void> => {
      const blocks = batch
      batch = []
      for (const block of blocks.slice(0, Math.max(1, blocks.length - 1))) await inner.put(block)
    }
    return {
      async put(block) {
        batch.push(block)
        if (batch.length === 1) return pause(0).then(flush)
        await pause(1)
      },
    }
  }),
]
