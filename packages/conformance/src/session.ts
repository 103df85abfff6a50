import type { Backend, Block } from '@blockpool/core'
import { blockOf } from './blocks.ts'
import type { Random } from './random.ts'
import type { BackendRequirement, BackendUnderTest, CaseContext, CreateBackend } from './types.ts'

/** The largest `maxBlockBytes` that the kit makes blocks for. */
const MOST_BLOCK_BYTES = 64 * 1024 * 1024
const MEBIBYTE = 1024 * 1024

/** The stores of one case, from creation to disposal. */
export interface Session {
  readonly context: CaseContext
  /** Why the case does not apply; undefined when it does. */
  lacks(requirements: readonly BackendRequirement[]): string | undefined
  /** Closes and disposes of every store. */
  end(): Promise<void>
}

interface OpenStore {
  readonly subject: BackendUnderTest
  backend: Backend
}

/** Creates and opens a store. What failed on the way is disposed of. */
export async function openSession(create: CreateBackend, random: Random): Promise<Session> {
  const stores: OpenStore[] = []
  const end = async (): Promise<void> => {
    for (const store of stores.splice(0)) await discard(store)
  }
  const make = async (): Promise<OpenStore> => {
    const subject = await create()
    const store = { subject, backend: subject.backend }
    stores.push(store)
    await store.backend.open?.()
    return store
  }
  try {
    const store = await make()
    const context = createContext(store, random, async () => (await make()).backend)
    return { context, end, lacks: (requirements) => firstLacking(store, requirements) }
  } catch (error) {
    await end()
    throw error
  }
}

function createContext(store: OpenStore, random: Random, another: () => Promise<Backend>): CaseContext {
  const block = (size = 64): Promise<Block> => blockOf(random.bytes(size))
  return {
    get backend() {
      return store.backend
    },
    canReopen: store.subject.reopen !== undefined,
    random,
    block,
    blocks: (count, size) => Promise.all(Array.from({ length: count }, () => block(size))),
    another,
    async reopen() {
      await store.backend.close?.()
      const next = await store.subject.reopen?.()
      if (!next) throw new Error('this store has no reopen')
      store.backend = next
      await next.open?.()
    },
  }
}

function firstLacking(store: OpenStore, requirements: readonly BackendRequirement[]): string | undefined {
  const missing = requirements.find((requirement) => !offers(store, requirement))
  return missing === undefined ? undefined : `needs ${missing}`
}

function offers({ subject, backend }: OpenStore, requirement: BackendRequirement): boolean {
  const { maxBlockBytes } = backend.traits
  switch (requirement) {
    case 'reopen':
      return subject.reopen !== undefined
    case 'blocks of 1 MiB':
      return maxBlockBytes === undefined || maxBlockBytes >= MEBIBYTE
    case 'a maxBlockBytes of 64 MiB or less':
      return maxBlockBytes !== undefined && maxBlockBytes <= MOST_BLOCK_BYTES
    case 'note':
      return backend.readNote !== undefined && backend.writeNote !== undefined
    default:
      return backend[requirement] !== undefined
  }
}

async function discard(store: OpenStore): Promise<void> {
  try {
    await store.backend.close?.()
  } catch {
    // Whether close works is a case of its own; here it must not hide how this case ended.
  }
  await store.subject.dispose?.()
}
