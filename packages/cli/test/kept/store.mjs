import { resolve } from 'node:path'

/** Blocks by path, for as long as the process lives: what a command stores is there for the next one. */
const stores = new Map()

/** A backend that costs nothing to make, for tests of commands; `kept:./path`. */
export const plugin = {
  kind: 'backend',
  type: 'kept',
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  fromUrl: (url) => ({ path: url.slice('kept:'.length) }),
  async create({ path }, { baseDir }) {
    const key = resolve(baseDir, path)
    const blocks = stores.get(key) ?? new Map()
    stores.set(key, blocks)
    return backendOver(blocks)
  },
}

function backendOver(blocks) {
  const keyOf = (cid) => Buffer.from(cid.multihash.bytes).toString('hex')
  return {
    type: 'kept',
    traits: { durability: 'process', lateEffects: false },
    get: async (cid) => blocks.get(keyOf(cid))?.bytes,
    put: async (block) => void blocks.set(keyOf(block.cid), block),
    has: async (cid) => blocks.has(keyOf(cid)),
    delete: async (cid) => void blocks.delete(keyOf(cid)),
    async *list() {
      for (const { cid } of blocks.values()) yield cid.constructor.createV1(0x55, cid.multihash)
    },
    async usage() {
      const bytes = [...blocks.values()].reduce((sum, block) => sum + block.bytes.length, 0)
      return { blocks: blocks.size, bytes }
    },
  }
}
