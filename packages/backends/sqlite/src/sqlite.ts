import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Backend,
  type BackendTraits,
  type Block,
  cidFromMultihash,
  type Durability,
  type OpenOptions,
  type OperationOptions,
  PoolError,
  throwIfAborted,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { whileBusy } from './busy.ts'
import { type Connection, connect } from './connect.ts'
import { measuredDurability } from './durability.ts'
import { gone, isBusy, toPoolError } from './errors.ts'
import {
  MEMORY,
  type ResolvedSqliteOptions,
  resolveOptions,
  type Source,
  type SqliteOptions,
} from './options.ts'
import type { Write } from './table.ts'
import { WriteQueue } from './write-queue.ts'

/** better-sqlite3 limits a row to 2^29 - 24 bytes; some of it is key and header. */
const MAX_BLOCK_BYTES = 2 ** 29 - 4_096
/** As core limits names: twice the longest hash in use. */
const MAX_DIGEST_BYTES = 128
const KEYS_PER_PAGE = 1_000
const BEFORE_ALL_KEYS = new Uint8Array(0)

/**
 * Blocks in one SQLite database, by multihash. All puts and deletes of a turn of the event loop commit in one
 * transaction. More than one process may use one file.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS`. `open` rejects with `ERR_STORE_INVALID` for a file that is not a store of
 * this version, and leaves it as it is.
 */
export function sqlite(options: string | SqliteOptions): Backend {
  return new SqliteBackend(resolveOptions(typeof options === 'string' ? { path: options } : options))
}

/** What an open backend holds. */
interface Session extends Connection {
  readonly queue: WriteQueue
}

class SqliteBackend implements Backend {
  readonly type = 'sqlite'
  readonly #options: ResolvedSqliteOptions
  #traits: BackendTraits
  #session: Session | undefined
  #lifetime: Promise<unknown> = Promise.resolve()

  constructor(options: ResolvedSqliteOptions) {
    this.#options = options
    this.#traits = traitsOf(expectedDurability(options.source))
  }

  get traits(): BackendTraits {
    return this.#traits
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(options)
      if (this.#session) return
      const mayCreate = options?.expectedStore === undefined
      const connection = await this.#unlocked(() => connect(this.#options, mayCreate), options)
      this.#session = { ...connection, queue: writeQueue(connection, this.#options) }
      this.#traits = traitsOf(measuredDurability(connection.db))
    })
  }

  /** Commits what is waiting first. A given database stays open. */
  close(): Promise<void> {
    const leaving = this.#leave()
    return this.#inTurn(async () => {
      await shut(leaving)
      await shut(this.#leave())
    })
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#read(options, ({ table }) => table.get(keyOf(cid)))
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#read(options, ({ table }) => table.has(keyOf(cid)))
  }

  put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    return this.#write(cid, bytes, options)
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#write(cid, undefined, options)
  }

  /** In the order of the keys, a page at a time, so that writes go on meanwhile. */
  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    let after: Uint8Array = BEFORE_ALL_KEYS
    for (;;) {
      const page = await this.#read(options, ({ table }) => table.keysAfter(after, KEYS_PER_PAGE))
      for (const key of page) {
        this.#usable(options)
        yield this.#cidOf(key)
        after = key
      }
      if (page.length < KEYS_PER_PAGE) return
      await nextTurn()
    }
  }

  async usage(options?: OperationOptions): Promise<Usage> {
    const { file, usage } = await this.#read(options, ({ file, table }) => ({ file, usage: table.usage() }))
    return file ? { ...usage, freeBytes: await freeBytesAt(file) } : usage
  }

  identity(options?: OperationOptions): Promise<string> {
    return this.#read(options, ({ checkPresence, table }) => {
      checkPresence()
      const id = table.id()
      if (id === undefined) throw gone(this.#options.name)
      return id
    })
  }

  readNote(options?: OperationOptions): Promise<string | undefined> {
    return this.#read(options, ({ table }) => table.note() ?? undefined)
  }

  async writeNote(note: string, options?: OperationOptions): Promise<void> {
    await this.#unlocked(() => {
      const { checkPresence, table } = this.#usable(options)
      table.setNote(note)
      checkPresence()
    }, options)
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.identity(options)
  }

  /**
   * The session, for a call that may go on.
   * @throws PoolError `ERR_CLOSED`; the signal's reason.
   */
  #usable(options: OperationOptions | undefined): Session {
    if (!this.#session) throw new PoolError('ERR_CLOSED', `${this.#options.name} is not open`)
    throwIfAborted(options)
    return this.#session
  }

  async #read<T>(options: OperationOptions | undefined, run: (session: Session) => T): Promise<T> {
    const session = this.#usable(options)
    try {
      return run(session)
    } catch (error) {
      if (!isBusy(error)) throw toPoolError(error, this.#options.name)
    }
    return this.#unlocked(() => run(this.#usable(options)), options)
  }

  #write(cid: CID, bytes: Uint8Array | undefined, options: OperationOptions | undefined): Promise<void> {
    try {
      const { queue } = this.#usable(options)
      if (bytes && bytes.length > MAX_BLOCK_BYTES) throw tooLarge(bytes.length)
      return queue.add({ key: keyOf(cid), bytes }, options)
    } catch (reason) {
      return Promise.reject(reason)
    }
  }

  /** Runs it as soon as no other process holds the database. */
  async #unlocked<T>(run: () => T, options: OperationOptions | undefined): Promise<T> {
    try {
      return await whileBusy(run, this.#options.busyTimeoutMs, options)
    } catch (error) {
      throwIfAborted(options)
      throw toPoolError(error, this.#options.name)
    }
  }

  #cidOf(key: Uint8Array): CID {
    try {
      return cidFromMultihash(key)
    } catch (error) {
      throw toPoolError(error, `${this.#options.name} holds a key that is no multihash`)
    }
  }

  /** From here on calls are refused. */
  #leave(): Session | undefined {
    const session = this.#session
    this.#session = undefined
    return session
  }

  /** Opening and closing take turns. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#lifetime.then(step)
    this.#lifetime = result.catch(() => {})
    return result
  }
}

async function shut(session: Session | undefined): Promise<void> {
  await session?.queue.drained()
  session?.close()
}

function writeQueue(connection: Connection, options: ResolvedSqliteOptions): WriteQueue {
  const commit = (writes: readonly Write[]) => {
    const failures = connection.table.write(writes)
    connection.checkPresence()
    return failures
  }
  return new WriteQueue(commit, options.busyTimeoutMs, options.name)
}

function traitsOf(durability: Durability): BackendTraits {
  return {
    durability,
    maxBlockBytes: MAX_BLOCK_BYTES,
    concurrency: 1_000,
    lateEffects: false,
    synchronous: true,
  }
}

/** Until `open` has looked. */
function expectedDurability(source: Source): Durability {
  if (source.path === undefined || source.path === MEMORY) return 'none'
  return source.synchronous === 'full' || source.synchronous === 'extra' ? 'power' : 'process'
}

function keyOf(cid: CID): Uint8Array {
  const { digest, bytes } = cid.multihash
  if (digest.length > 0 && digest.length <= MAX_DIGEST_BYTES) return bytes
  throw new PoolError('ERR_INVALID_CID', `a digest of ${digest.length} bytes cannot be the key of a block`)
}

function tooLarge(bytes: number): PoolError {
  return new PoolError('ERR_BLOCK_TOO_LARGE', `a block of ${bytes} bytes is over ${MAX_BLOCK_BYTES}`)
}

/** Undefined where the file system does not tell. */
async function freeBytesAt(file: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(file))
    return bavail * bsize
  } catch {
    return undefined
  }
}
