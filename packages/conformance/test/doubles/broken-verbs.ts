import { type Backend, type Block, blockKey, rawCid } from '@blockpool/core'
import { CID } from 'multiformats/cid'
import { pause } from '../../src/timing.ts'
import { type Broken, BrokenError, broken } from './broken.ts'

/** Bugs in get, put, has and delete. */
export const brokenVerbs: readonly Broken[] = [
  broken('get/unknown-is-undefined', 'an unknown block is read as no bytes', (inner) => ({
    get: async (cid) => (await inner.get(cid)) ?? new Uint8Array(0),
  })),
  broken('get/unknown-is-undefined', 'get of an unknown block rejects', (inner) => ({
    async get(cid) {
      const bytes = await inner.get(cid)
      if (!bytes) throw new BrokenError('not found')
      return bytes
    },
  })),
  broken('get/unknown-in-an-empty-store', 'get in an empty store rejects', (inner) => ({
    async get(cid, options) {
      if ((await inner.usage?.())?.blocks === 0) throw new BrokenError('no such table')
      return inner.get(cid, options)
    },
  })),
  broken('get/same-bytes', 'lengths are kept in 16 bits', (inner) => ({
    put: ({ cid, bytes }, options) =>
      inner.put({ cid, bytes: bytes.slice(0, bytes.length & 0xffff) }, options),
  })),
  broken('get/same-bytes', 'a failure to read is answered as absence', (inner) => ({
    get: async (cid) => {
      const bytes = await inner.get(cid)
      return bytes && bytes.length > 100_000 ? undefined : bytes
    },
  })),
  broken('get/every-byte-value', 'bytes are kept as text', (inner) => ({
    put: ({ cid, bytes }) =>
      inner.put({ cid, bytes: new TextEncoder().encode(new TextDecoder().decode(bytes)) }),
  })),
  broken('get/the-right-block', 'four bits of the digest are the key', (inner) => {
    const last = new Map<number, CID>()
    const keyOf = (cid: CID): number => (cid.multihash.digest[0] ?? 0) & 15
    return {
      put: (block, options) => {
        last.set(keyOf(block.cid), block.cid)
        return inner.put(block, options)
      },
      get: (cid, options) => inner.get(last.get(keyOf(cid)) ?? cid, options),
    }
  }),
  broken('get/again-and-again', 'a block can be read once', (inner) => ({
    async get(cid, options) {
      const bytes = await inner.get(cid, options)
      await inner.delete(cid)
      return bytes
    },
  })),
  broken('peek/the-bytes-or-nothing', 'peek returns a part of the block', (inner) => ({
    peek: (cid) => inner.peek?.(cid)?.subarray(0, 500),
  })),
  broken('peek/the-bytes-or-nothing', 'peek returns no bytes for an unknown block', (inner) => ({
    peek: (cid) => inner.peek?.(cid) ?? new Uint8Array(0),
  })),
  broken('peek/the-bytes-or-nothing', 'what peek has seen outlives its delete', (inner) => {
    const seen = new Map<string, Uint8Array | undefined>()
    return {
      peek(cid) {
        const key = blockKey(cid)
        seen.set(key, seen.get(key) ?? inner.peek?.(cid))
        return seen.get(key)
      },
    }
  }),
  broken('peek/closed', 'close leaves blocks at hand', () => ({
    close: async () => {},
  })),
  broken('tryput/stored-or-nothing-done', 'tryPut says true and stores nothing', () => ({
    tryPut: () => true,
  })),
  broken('tryput/stored-or-nothing-done', 'tryPut stores the block and says false', (inner) => ({
    tryPut(block) {
      inner.tryPut?.(block)
      return false
    },
  })),
  broken('tryput/stored-or-nothing-done', 'tryPut stores a part of the block', (inner) => ({
    tryPut: ({ cid, bytes }) => inner.tryPut?.({ cid, bytes: bytes.subarray(0, 500) }) ?? false,
  })),
  broken('tryput/again-and-deleted', 'what tryPut has taken outlives its delete', (inner) => {
    const taken = new Set<string>()
    return {
      tryPut(block) {
        taken.add(blockKey(block.cid))
        return inner.tryPut?.(block) ?? false
      },
      delete: async (cid, options) => (taken.has(blockKey(cid)) ? undefined : inner.delete(cid, options)),
    }
  }),
  broken('tryput/closed', 'tryPut says true after close', (inner) => ({
    tryPut(block) {
      inner.tryPut?.(block)
      return true
    },
  })),
  broken('put/resolved-is-readable', 'put resolves before the block is stored', (inner) => ({
    async put(block) {
      pause(5)
        .then(() => inner.put(block))
        .catch(() => {})
    },
  })),
  broken('put/idempotent', 'putting a block that exists rejects', (inner) => ({
    async put(block, options) {
      if (await inner.has(block.cid)) throw new BrokenError('duplicate key')
      return inner.put(block, options)
    },
  })),
  broken('put/again-after-delete', 'a deleted block can never be put again', (inner) => {
    const deleted = new Set<string>()
    return {
      put: async (block, options) =>
        deleted.has(blockKey(block.cid)) ? undefined : inner.put(block, options),
      delete: (cid, options) => {
        deleted.add(blockKey(cid))
        return inner.delete(cid, options)
      },
    }
  }),
  broken('put/leaves-others-alone', 'the oldest of more than 12 blocks is evicted', (inner) => {
    const order: Block[] = []
    return {
      async put(block, options) {
        await inner.put(block, options)
        order.push(block)
        const oldest = order.length > 12 ? order.shift() : undefined
        if (oldest) await inner.delete(oldest.cid)
      },
    }
  }),
  broken('has/unknown-is-false', 'has is always true', () => ({ has: async () => true })),
  broken('has/stored-is-true', 'has is always false', () => ({ has: async () => false })),
  broken('has/does-not-read-or-store', 'what was asked for is taken to exist', (inner) => {
    const asked = new Set<string>()
    return {
      async has(cid, options) {
        const known = asked.has(blockKey(cid))
        asked.add(blockKey(cid))
        return known || inner.has(cid, options)
      },
    }
  }),
  broken('delete/removes', 'delete does nothing', () => ({ delete: async () => {} })),
  broken('delete/absent-resolves', 'deleting an absent block rejects', (inner) => ({
    async delete(cid, options) {
      if (!(await inner.has(cid))) throw new BrokenError('ENOENT')
      return inner.delete(cid, options)
    },
  })),
  broken('delete/after-many-puts', 'references are counted', (inner) => {
    const counts = new Map<string, number>()
    const add = (cid: CID, by: number): number => {
      const count = (counts.get(blockKey(cid)) ?? 0) + by
      counts.set(blockKey(cid), count)
      return count
    }
    return {
      put: (block, options) => {
        add(block.cid, 1)
        return inner.put(block, options)
      },
      delete: async (cid, options) => (add(cid, -1) > 0 ? undefined : inner.delete(cid, options)),
    }
  }),
  broken('delete/leaves-others-alone', 'delete empties the store', (inner) => ({
    async delete() {
      for await (const cid of inner.list()) await inner.delete(cid)
    },
  })),
  broken('cid/spellings-delete', 'delete needs the spelling of the put', (inner) => {
    const spellings = new Map<string, string>()
    return {
      put: (block, options) => {
        spellings.set(blockKey(block.cid), block.cid.toString())
        return inner.put(block, options)
      },
      delete: async (cid, options) => {
        if (spellings.get(blockKey(cid)) === cid.toString()) await inner.delete(cid, options)
      },
    }
  }),
  broken('cid/spellings-are-one-block', 'the CID as text is the key', (inner) => {
    const put = new Set<string>()
    return {
      put: (block, options) => {
        put.add(block.cid.toString())
        return inner.put(block, options)
      },
      get: async (cid, options) => (put.has(cid.toString()) ? inner.get(cid, options) : undefined),
      has: async (cid, options) => put.has(cid.toString()) && inner.has(cid, options),
    }
  }),
  broken('cid/sha2-512', 'digests are 32 bytes long, or they are refused', (inner) => ({
    async put(block, options) {
      if (block.cid.multihash.size !== 32) throw new BrokenError('bad digest')
      return inner.put(block, options)
    },
  })),
  broken('cid/other-hash-functions', 'hash functions that are not sha2 are refused', (inner) => ({
    async put(block, options) {
      if (block.cid.multihash.code > 0x13) throw new BrokenError('unknown hash')
      return inner.put(block, options)
    },
  })),
  broken('cid/hash-function-counts', 'the digest without its function is the key', (inner) =>
    keyedBy(inner, (cid) => [...cid.multihash.digest]),
  ),
  broken('cid/digest-length-counts', 'the first 16 bytes of the digest are the key', (inner) =>
    keyedBy(inner, (cid) => [cid.multihash.code, ...cid.multihash.digest.subarray(0, 16)]),
  ),
  broken('list/raw-cids', 'list yields another codec', (inner) => ({
    async *list(options) {
      for await (const cid of inner.list(options)) yield CID.createV1(0x70, rawCid(cid).multihash)
    },
  })),
]

/** Reads, asks and deletes by a key that is coarser than the multihash. */
function keyedBy(inner: Backend, keyOf: (cid: CID) => number[]): Partial<Backend> {
  const cids = new Map<string, CID>()
  const find = (cid: CID): CID => cids.get(keyOf(cid).join()) ?? cid
  return {
    put: (block: Block) => {
      cids.set(keyOf(block.cid).join(), block.cid)
      return inner.put(block)
    },
    get: (cid: CID) => inner.get(find(cid)),
    has: (cid: CID) => inner.has(find(cid)),
    delete: (cid: CID) => inner.delete(find(cid)),
  }
}
