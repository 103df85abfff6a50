import {
  type Backend,
  type Block,
  blockKey,
  type OperationOptions,
  PoolError,
  rawCid,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import type { CreateBackend } from '../../src/index.ts'

/** What outlives the instances. */
export interface Disk {
  readonly blocks: Map<string, Block>
  id: string
  note?: string
}

const DISK_MAX_BLOCK_BYTES: number = 2 * 1024 * 1024

/** A store whose data outlives `close`, with a limit on blocks: with it every case of the kit applies. */
export const disk: CreateBackend = async () => {
  const data: Disk = { blocks: new Map(), id: globalThis.crypto.randomUUID() }
  return { backend: diskBackend(data), reopen: async () => diskBackend(data) }
}

export function diskBackend(data: Disk): Backend {
  let open = false
  const admit = async (options?: OperationOptions): Promise<void> => {
    if (!open) throw new PoolError('ERR_CLOSED', 'the disk is closed')
    options?.signal?.throwIfAborted()
  }
  return {
    type: 'disk',
    traits: { durability: 'process', maxBlockBytes: DISK_MAX_BLOCK_BYTES },
    async open() {
      open = true
    },
    async close() {
      open = false
    },
    async get(cid, options) {
      await admit(options)
      return data.blocks.get(blockKey(cid))?.bytes
    },
    peek: (cid) => (open ? data.blocks.get(blockKey(cid))?.bytes : undefined),
    tryPut({ cid, bytes }) {
      if (!open || bytes.length > DISK_MAX_BLOCK_BYTES) return false
      data.blocks.set(blockKey(cid), { cid, bytes: bytes.slice() })
      return true
    },
    async put({ cid, bytes }, options) {
      await admit(options)
      if (bytes.length > DISK_MAX_BLOCK_BYTES) throw new PoolError('ERR_BLOCK_TOO_LARGE', 'too large')
      data.blocks.set(blockKey(cid), { cid, bytes: bytes.slice() })
    },
    async has(cid, options) {
      await admit(options)
      return data.blocks.has(blockKey(cid))
    },
    async delete(cid, options) {
      await admit(options)
      data.blocks.delete(blockKey(cid))
    },
    async *list(options): AsyncGenerator<CID> {
      for (const { cid } of data.blocks.values()) {
        await admit(options)
        yield rawCid(cid)
      }
      await admit(options)
    },
    ping: admit,
    usage: async () => usageOf(data),
    identity: async () => data.id,
    readNote: async () => data.note,
    async writeNote(note) {
      data.note = note
    },
  }
}

function usageOf({ blocks }: Disk): Usage {
  let bytes = 0
  for (const block of blocks.values()) bytes += block.bytes.length
  return { blocks: blocks.size, bytes }
}
