import {
  type Backend,
  type BackendTraits,
  type Block,
  type Durability,
  type OpenOptions,
  type OperationOptions,
  PoolError,
  throwIfAborted,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { mastersOf } from './client.ts'
import { toPoolError, toWriteError } from './errors.ts'
import { makeIdentity, readIdentity } from './identity.ts'
import { type RedisOptions, type ResolvedRedisOptions, resolveOptions } from './options.ts'
import { scanBlocks } from './scan.ts'
import { freeBytesOf, inspect } from './server.ts'
import { connectKeyspace, type Keyspace, type Session, startSession } from './session.ts'
import { measure } from './usage.ts'
import { within } from './within.ts'

/** Redis takes values of up to 512 MiB. https://redis.io/docs/latest/develop/data-types/strings/ */
const MAX_BLOCK_BYTES = 512 * 1024 * 1024

/**
 * Blocks in Redis: one server, the master that sentinels name, or a cluster. All calls of a turn of the event loop
 * travel together.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS`. `open` rejects with `ERR_STORE_INVALID` for a server that may drop blocks.
 */
export function redis(options: string | RedisOptions): Backend {
  return new RedisBackend(resolveOptions(options))
}

class RedisBackend implements Backend {
  readonly type = 'redis'
  readonly #options: ResolvedRedisOptions
  #traits: BackendTraits = traitsOf('none')
  #session: Session | undefined
  #lifetime: Promise<unknown> = Promise.resolve()

  constructor(options: ResolvedRedisOptions) {
    this.#options = options
  }

  get traits(): BackendTraits {
    return this.#traits
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(options)
      if (this.#session) return
      const keyspace = await connectKeyspace(this.#options, options?.signal)
      try {
        const durability = await this.#within(this.#prepare(keyspace, options?.expectedStore), options)
        this.#traits = traitsOf(durability)
        this.#session = startSession(keyspace, this.#options, durability)
      } catch (error) {
        keyspace.close()
        throw error
      }
    })
  }

  /** Waits for what is on its way. A given client stays open. */
  close(): Promise<void> {
    const leaving = this.#leave()
    return this.#inTurn(async () => {
      await this.#shut(leaving)
      await this.#shut(this.#leave())
    })
  }

  async get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const { keys, readers, sizes } = this.#usable(options)
    const key = keys.block(cid)
    const found = await readers.add({ verb: 'get', key, size: sizes.mean }, options)
    if (!Buffer.isBuffer(found)) return undefined
    sizes.saw(found.length)
    // A Buffer's own `slice` would share what the caller expects to be a copy.
    return new Uint8Array(found.buffer, found.byteOffset, found.length)
  }

  async has(cid: CID, options?: OperationOptions): Promise<boolean> {
    const { keys, readers } = this.#usable(options)
    return (await readers.add({ verb: 'has', key: keys.block(cid), size: 0 }, options)) === true
  }

  async put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    const { keys, writers } = this.#usable(options)
    const key = keys.block(cid)
    if (bytes.length > MAX_BLOCK_BYTES) throw tooLarge(bytes.length)
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    await writers.add({ verb: 'put', key, bytes: view, size: view.length }, options)
  }

  async delete(cid: CID, options?: OperationOptions): Promise<void> {
    const { keys, writers } = this.#usable(options)
    const key = keys.block(cid)
    await writers.add({ verb: 'delete', key, bytes: undefined, size: 0 }, options)
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    for await (const page of this.#scan(this.#usable(options), options)) {
      for (const cid of page) {
        this.#usable(options)
        yield cid
      }
    }
    this.#usable(options)
  }

  /** Asks for the size of every block: with many blocks it takes long, and half of the time at most. */
  async usage(options?: OperationOptions): Promise<Usage> {
    const session = this.#usable(options)
    const counted = await measure(this.#scan(session, options), session, options?.signal)
    const freeBytes = await this.#within(freeBytesOf(session.link), options)
    return freeBytes === undefined ? counted : { ...counted, freeBytes }
  }

  identity(options?: OperationOptions): Promise<string> {
    return this.#ask(options, ({ link, keys }) => readIdentity(link, keys.markers, this.#options.name))
  }

  async readNote(options?: OperationOptions): Promise<string | undefined> {
    const note = await this.#ask(options, ({ link, keys }) => link.client.callBuffer('get', [keys.note]))
    return note === null ? undefined : String(note)
  }

  async writeNote(note: string, options?: OperationOptions): Promise<void> {
    const { link, keys } = this.#usable(options)
    await this.#within(link.client.callBuffer('set', [keys.note, note]), options, toWriteError)
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.#ask(options, ({ link }) =>
      Promise.all(mastersOf(link).map((node) => node.callBuffer('ping', []))),
    )
  }

  /** Looks at the server and at the store in it. */
  async #prepare({ link, keys }: Keyspace, expected: string | undefined): Promise<Durability> {
    const { name } = this.#options
    const durability = await inspect(link, this.#options)
    if (expected === undefined) await makeIdentity(link, keys.markers, name)
    else await readIdentity(link, keys.markers, name)
    return durability
  }

  /** The scan ends when the store is closed. */
  #scan(session: Session, options: OperationOptions | undefined): AsyncGenerator<readonly CID[]> {
    const ask = <T>(question: () => Promise<T>): Promise<T> => this.#ask(options, question)
    return scanBlocks(session.link, session.keys, ask, this.#options.name)
  }

  async #ask<T>(
    options: OperationOptions | undefined,
    question: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = this.#usable(options)
    return this.#within(question(session), options)
  }

  async #within<T>(
    work: Promise<T>,
    options: OperationOptions | undefined,
    failure: (error: unknown, name: string) => PoolError = toPoolError,
  ): Promise<T> {
    const { name, replyTimeoutMs: limitMs } = this.#options
    const signal = options?.signal
    try {
      return await within(work, { name, limitMs, signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw failure(error, name)
    }
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

  async #shut(session: Session | undefined): Promise<void> {
    if (!session) return
    const { name, replyTimeoutMs: limitMs } = this.#options
    const ended = Promise.all([session.readers.drained(), session.writers.drained()])
    // A connection that is as good as dead ends with what is on it.
    await within(ended, { name, limitMs }).catch(() => {})
    session.close()
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

function traitsOf(durability: Durability): BackendTraits {
  return { durability, maxBlockBytes: MAX_BLOCK_BYTES, concurrency: 1_000, lateEffects: true }
}

function tooLarge(size: number): PoolError {
  return new PoolError(
    'ERR_BLOCK_TOO_LARGE',
    `a block of ${size} bytes; a value in Redis has at most ${MAX_BLOCK_BYTES}`,
  )
}
