import { type Backend, memory } from '@blockpool/core'
import type { BackendUnderTest, CreateBackend } from '../../src/index.ts'
import { type Disk, diskBackend } from './disk.ts'

/** A backend with one planted bug, and the case that has to find it. */
export interface Broken {
  readonly caughtBy: string
  readonly bug: string
  readonly create: CreateBackend
  /** Limit of the case in milliseconds, where the bug makes it hang. */
  readonly timeoutMs?: number
}

/** What a broken backend throws where it must not. */
export class BrokenError extends Error {
  override readonly name = 'BrokenError'
}

/** A memory backend with some parts replaced. */
export function broken(caughtBy: string, bug: string, change: (inner: Backend) => Partial<Backend>): Broken {
  return { caughtBy, bug, create: async () => ({ backend: changed(memory(), change) }) }
}

/** A backend whose data outlives it, with some parts replaced in every instance. */
export function brokenDisk(
  caughtBy: string,
  bug: string,
  change: (inner: Backend, data: Disk, opened: number) => Partial<Backend>,
): Broken {
  const create = async (): Promise<BackendUnderTest> => {
    const data: Disk = { blocks: new Map(), id: globalThis.crypto.randomUUID() }
    let opened = 0
    const make = (): Backend => changed(diskBackend(data), (inner) => change(inner, data, opened++))
    return { backend: make(), reopen: async () => make() }
  }
  return { caughtBy, bug, create }
}

function changed(inner: Backend, change: (inner: Backend) => Partial<Backend>): Backend {
  const calls: Backend = {
    type: inner.type,
    traits: inner.traits,
    open: async (options) => inner.open?.(options),
    close: async () => inner.close?.(),
    get: (cid, options) => inner.get(cid, options),
    peek: (cid) => inner.peek?.(cid),
    put: (block, options) => inner.put(block, options),
    tryPut: (block) => inner.tryPut?.(block) ?? false,
    has: (cid, options) => inner.has(cid, options),
    delete: (cid, options) => inner.delete(cid, options),
    list: (options) => inner.list(options),
    ping: async (options) => inner.ping?.(options),
    usage: async () => (await inner.usage?.()) ?? { blocks: 0, bytes: 0 },
    identity: async () => (await inner.identity?.()) ?? '',
    readNote: async () => inner.readNote?.(),
    writeNote: async (note) => inner.writeNote?.(note),
  }
  return { ...calls, ...change(inner) }
}
