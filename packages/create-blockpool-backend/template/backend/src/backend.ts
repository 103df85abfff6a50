import {
  type Backend,
  type BackendTraits,
  type Block,
  blockName,
  cidFromName,
  errorCode,
  type OpenOptions,
  type OperationOptions,
  PoolError,
} from '@blockpool/core'
import { Calls } from './calls.ts'
import { type Folder, openFolder } from './folder.ts'

type Cid = Block['cid']

export interface MyStoreOptions {
  /** The folder that holds the blocks; it is made when it is missing. */
  readonly path: string
}

/** Blocks in a folder, one file each. A resolved put survives a crash of the process. */
export function myStore(options: MyStoreOptions): Backend {
  return new MyStoreBackend(options)
}

/** The contract. What it stands on is in folder.ts: replace that by the client of your service. */
class MyStoreBackend implements Backend {
  readonly type = 'my-store'
  readonly traits: BackendTraits = {
    // What a resolved put survives. Claim only what you can show: 'power' would take an fsync.
    durability: 'process',
    // Calls that make it faster when they run side by side.
    concurrency: 16,
    // A put that has rejected never lands later. Leave it out when requests go to a server.
    lateEffects: false,
  }
  readonly #path: string
  readonly #calls = new Calls(16)
  #folder: Folder | undefined

  constructor(options: MyStoreOptions) {
    this.#path = options.path
  }

  async open(options?: OpenOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#folder = await openFolder(this.#path, options?.expectedStore)
    this.#calls.open()
  }

  async close(): Promise<void> {
    await this.#calls.close()
  }

  /** Absent is `undefined`. What is not known is an error, never `undefined`. */
  get(cid: Cid, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#call(options, (folder) => folder.read(blockName(cid)))
  }

  put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    return this.#call(options, (folder) => folder.write(blockName(cid), bytes))
  }

  has(cid: Cid, options?: OperationOptions): Promise<boolean> {
    return this.#call(options, (folder) => folder.has(blockName(cid)))
  }

  delete(cid: Cid, options?: OperationOptions): Promise<void> {
    return this.#call(options, (folder) => folder.remove(blockName(cid)))
  }

  /** A service with pages: fetch each through `#call`, and end in its error rather than short. */
  async *list(options?: OperationOptions): AsyncGenerator<Cid> {
    for (const name of await this.#call(options, (folder) => folder.names())) {
      this.#calls.admit(options)
      const cid = cidFromName(name)
      if (cid) yield cid
    }
    this.#calls.admit(options)
  }

  /** Read anew each time, so that an unmounted disk is noticed, and its files are not called absent. */
  identity(options?: OperationOptions): Promise<string> {
    return this.#call(options, (folder) => folder.id())
  }

  #call<T>(options: OperationOptions | undefined, work: (folder: Folder) => Promise<T>): Promise<T> {
    return this.#calls.run(options, async () => {
      if (!this.#folder) throw new PoolError('ERR_CLOSED', 'the store was never opened')
      try {
        return await work(this.#folder)
      } catch (error) {
        throw toPoolError(error)
      }
    })
  }
}

/** Tells the pool what to do: write elsewhere (`ERR_FULL`), try again (`retryable`), or count a fault. */
function toPoolError(cause: unknown): Error {
  if (cause instanceof Error && errorCode(cause)) return cause
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PoolError('ERR_FULL', 'no room', { cause })
  return new PoolError('ERR_BACKEND', `the folder failed: ${code}`, { cause, retryable: true })
}
