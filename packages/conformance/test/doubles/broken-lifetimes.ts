import { type Backend, blockKey, PoolError } from '@blockpool/core'
import { pause } from '../../src/timing.ts'
import { verbs } from '../../src/verbs.ts'
import { type Broken, BrokenError, broken, brokenDisk } from './broken.ts'

const neverClosing: readonly Broken[] = verbs.map(({ name }) =>
  broken(`closed/${name}`, 'close does nothing', () => ({ close: async () => {} })),
)

let sharedNote: string | undefined

/** Bugs in the lifetime, in durability, identity, note, usage and traits. */
export const brokenLifetimes: readonly Broken[] = [
  ...neverClosing,
  broken('closed/get', 'a closed store answers as if it were empty', (inner) => {
    let closed = false
    return {
      async close() {
        closed = true
      },
      get: async (cid, options) => (closed ? undefined : inner.get(cid, options)),
    }
  }),
  brokenDisk('closed/put-has-no-effect', 'a put that is refused lands all the same', (inner, data) => ({
    async put(block, options) {
      data.blocks.set(blockKey(block.cid), block)
      return inner.put(block, options)
    },
  })),
  broken('lifetime/close-twice', 'the second close rejects', (inner) => {
    let closed = false
    return {
      async close() {
        if (closed) throw new BrokenError('already closed')
        closed = true
        return inner.close?.()
      },
    }
  }),
  broken('lifetime/close-waits', 'close does not wait for calls in flight', (inner) => ({
    async put(block, options) {
      await pause(30)
      return inner.put(block, options)
    },
  })),
  brokenDisk('lifetime/close-waits', 'close drops what waits to be written', (inner) => ({
    async put(block, options) {
      if (block.bytes.length < 2048) return inner.put(block, options)
    },
  })),
  broken('lifetime/open-again', 'a closed store stays closed', (inner) => {
    let opened = 0
    return {
      async open() {
        if (opened++) throw new PoolError('ERR_CLOSED', 'closed for good')
        return inner.open?.()
      },
    }
  }),
  broken('durability/claim-can-be-shown', 'memory claims to survive a power cut', () => ({
    traits: { durability: 'power' },
  })),
  brokenDisk('durability/blocks-outlive-close', 'the last block is lost on close', (inner, { blocks }) => ({
    async close() {
      const last = [...blocks.keys()].at(-1)
      if (last !== undefined) blocks.delete(last)
      return inner.close?.()
    },
  })),
  brokenDisk('durability/deletes-outlive-close', 'deletes are not written', () => ({
    delete: async () => {},
  })),
  brokenDisk(
    'durability/usable-after-reopen',
    'a reopened store takes no deletes',
    (inner, _data, opened) => ({
      delete: async (cid, options) => (opened > 0 ? undefined : inner.delete(cid, options)),
    }),
  ),
  brokenDisk(
    'model/with-reopen',
    'the second reopen loses the oldest block',
    (inner, { blocks }, opened) => ({
      async open() {
        const [oldest] = blocks.keys()
        if (opened === 2 && oldest !== undefined) blocks.delete(oldest)
        return inner.open?.()
      },
    }),
  ),
  broken('identity/stays', 'each call makes a new identity', () => ({
    identity: async () => globalThis.crypto.randomUUID(),
  })),
  broken('identity/stays', 'there is no identity', () => ({ identity: async () => '' })),
  broken('identity/own', 'all stores have one identity', () => ({ identity: async () => 'store' })),
  broken('note/kept', 'the first note stays for good', (inner) => ({
    writeNote: async (note) => {
      if (!(await inner.readNote?.())) await inner.writeNote?.(note)
    },
  })),
  broken('note/own', 'all stores have one note', () => ({
    readNote: async () => sharedNote,
    writeNote: async (note) => {
      sharedNote = note
    },
  })),
  brokenDisk('note/outlives-close', 'the note is kept in the instance', () => {
    let kept: string | undefined
    return {
      readNote: async () => kept,
      writeNote: async (note) => {
        kept = note
      },
    }
  }),
  brokenDisk('identity/outlives-close', 'each instance has an identity of its own', () => {
    const id = globalThis.crypto.randomUUID()
    return { identity: async () => id }
  }),
  broken('usage/empty', 'usage counts the files of the store', () => ({
    usage: async () => ({ blocks: 0, bytes: 4096 }),
  })),
  broken('usage/counts-puts', 'usage is always 0', () => ({ usage: async () => ({ blocks: 0, bytes: 0 }) })),
  broken('usage/counts-once', 'each put counts', (inner) => tallied(inner, 'puts')),
  broken('usage/counts-deletes', 'each delete counts', (inner) => tallied(inner, 'deletes')),
  brokenDisk('usage/outlives-close', 'usage is of this instance alone', (inner, { blocks }) => {
    const before = blocks.size
    return {
      async usage() {
        const usage = await inner.usage?.()
        return { blocks: (usage?.blocks ?? 0) - before, bytes: usage?.bytes ?? 0 }
      },
    }
  }),
  broken('traits/sane', 'the durability is none of the three', () => ({
    traits: { durability: 'very' as 'none' },
  })),
  broken('traits/type-is-a-short-name', 'the type is a sentence', () => ({ type: 'My Memory Store' })),
  broken('ping/resolves', 'ping rejects', () => ({
    ping: () => Promise.reject(new BrokenError('403')),
  })),
]

/** A tally that trusts every put, or every delete, to change something. */
function tallied(inner: Backend, trusted: 'puts' | 'deletes'): Partial<Backend> {
  let blocks = 0
  let bytes = 0
  return {
    async put(block, options) {
      const before = await inner.has(block.cid)
      await inner.put(block, options)
      if (before && trusted !== 'puts') return
      blocks++
      bytes += block.bytes.length
    },
    async delete(cid, options) {
      const before = await inner.get(cid)
      await inner.delete(cid, options)
      if (!before && trusted !== 'deletes') return
      blocks--
      bytes -= before?.length ?? 0
    },
    usage: async () => ({ blocks, bytes }),
  }
}
