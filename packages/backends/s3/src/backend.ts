import {
  type Backend,
  type BackendTraits,
  type Block,
  type OpenOptions,
  type OperationOptions,
  PoolError,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { abortable, cutLater } from './abort.ts'
import { type Sender, senderFor } from './client.ts'
import { Count } from './count.ts'
import { Deletes } from './deletes.ts'
import { cidOf, keyOf, type Layout, layoutOf } from './layout.ts'
import { DEFAULT_CONNECTIONS, type ResolvedS3Options, resolveOptions, type S3Options } from './options.ts'
import { Requests } from './requests.ts'
import { openStore, readIdentity } from './store.ts'
import { Turns } from './turns.ts'
import { optionsOfUrl } from './url.ts'

/** The largest object that one request may put. https://docs.aws.amazon.com/general/latest/gr/s3.html */
const MAX_BLOCK_BYTES = 5 * 2 ** 30

/**
 * Blocks as objects in a bucket. A string is a URL: `s3://bucket/prefix?region=eu-central-1`.
 * @throws PoolError `ERR_INVALID_OPTIONS`
 */
export function s3(options: string | S3Options): Backend {
  return new S3Backend(resolveOptions(typeof options === 'string' ? optionsOfUrl(options) : options))
}

/** What an open backend holds. */
interface Session {
  readonly sender: Sender
  readonly requests: Requests
  readonly deletes: Deletes
  readonly count: Count
}

class S3Backend implements Backend {
  readonly type = 's3'
  readonly traits: BackendTraits
  readonly #options: ResolvedS3Options
  readonly #layout: Layout
  readonly #turns = new Turns()
  readonly #calls = new Set<Promise<unknown>>()
  #session: Session | undefined
  #lifetime: Promise<unknown> = Promise.resolve()

  constructor(options: ResolvedS3Options) {
    this.#options = options
    this.#layout = layoutOf(options.prefix)
    const { target } = options
    this.traits = {
      durability: 'power',
      maxBlockBytes: MAX_BLOCK_BYTES,
      concurrency: target.client ? DEFAULT_CONNECTIONS : target.connections,
      lateEffects: true,
    }
  }

  open(options?: OpenOptions): Promise<void> {
    return this.#inTurn(async () => {
      options?.signal?.throwIfAborted()
      if (this.#session) return
      const session = newSession(this.#options, this.#layout)
      try {
        const create = this.#options.create && options?.expectedStore === undefined
        await openStore(session.requests, this.#layout, create, options?.signal)
      } catch (error) {
        session.sender.destroy()
        throw error
      }
      this.#session = session
    })
  }

  /** Waits for calls in flight, also for writes that nobody waits for any more. A given client stays as it is. */
  close(): Promise<void> {
    const leaving = this.#leave()
    return this.#inTurn(async () => {
      await this.#shut(leaving)
      await this.#shut(this.#leave())
    })
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#call(options, ({ requests }) =>
      requests.get('get', keyOf(this.#layout, cid), options?.signal),
    )
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#call(options, ({ requests }) => requests.has(keyOf(this.#layout, cid), options?.signal))
  }

  /** Always writes: a corrupt copy is healed by putting the block again. */
  put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    return this.#change(cid, options, ({ requests }, key) => {
      if (bytes.length > MAX_BLOCK_BYTES) throw tooLarge(bytes.length)
      return cutLater(options?.signal, (signal) => requests.put('put', key, bytes, signal))
    })
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#change(cid, options, ({ deletes }, key) => deletes.delete(key, options?.signal))
  }

  async *list(options?: OperationOptions): AsyncGenerator<CID> {
    let after: string | undefined
    do {
      const { objects, next } = await this.#call(options, ({ requests }) =>
        requests.page('list', this.#layout.blocks, after, options?.signal),
      )
      for (const { key } of objects) {
        this.#usable(options)
        const cid = cidOf(this.#layout, key)
        if (cid) yield cid
      }
      after = next
    } while (after !== undefined)
  }

  /** By listing, up to 20,000 objects; beyond that it rejects, and a pool keeps its own tally. */
  usage(options?: OperationOptions): Promise<Usage> {
    return this.#call(options, ({ count }) => count.usage(options?.signal))
  }

  identity(options?: OperationOptions): Promise<string> {
    return this.#call(options, ({ requests }) => readIdentity(requests, this.#layout, options?.signal))
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.identity(options)
  }

  /** Missing is an answer only where the store is. */
  readNote(options?: OperationOptions): Promise<string | undefined> {
    return this.#call(options, async ({ requests }) => {
      await readIdentity(requests, this.#layout, options?.signal)
      const bytes = await requests.get('readNote', this.#layout.note, options?.signal)
      return bytes && new TextDecoder().decode(bytes)
    })
  }

  writeNote(note: string, options?: OperationOptions): Promise<void> {
    const bytes = new TextEncoder().encode(note)
    return this.#inOrder(this.#layout.note, options, ({ requests }, key) =>
      cutLater(options?.signal, (signal) => requests.put('writeNote', key, bytes, signal)),
    )
  }

  /**
   * The session, for a call that may go on.
   * @throws PoolError `ERR_CLOSED`; the signal's reason.
   */
  #usable(options: OperationOptions | undefined): Session {
    if (!this.#session)
      throw new PoolError('ERR_CLOSED', `s3: the bucket '${this.#options.bucket}' is not open`)
    options?.signal?.throwIfAborted()
    return this.#session
  }

  async #call<T>(options: OperationOptions | undefined, run: (session: Session) => Promise<T>): Promise<T> {
    const call = run(this.#usable(options))
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }

  async #change(
    cid: CID,
    options: OperationOptions | undefined,
    write: (session: Session, key: string) => Promise<void>,
  ): Promise<void> {
    return this.#inOrder(keyOf(this.#layout, cid), options, write)
  }

  /** Writes of one object come one after another, also after one that was given up but is still on its way. */
  async #inOrder(
    key: string,
    options: OperationOptions | undefined,
    write: (session: Session, key: string) => Promise<void>,
  ): Promise<void> {
    const session = this.#usable(options)
    const turn = this.#turns.run(key, async () => {
      options?.signal?.throwIfAborted()
      await write(session, key).finally(() => session.count.changed())
    })
    return abortable(turn, options?.signal)
  }

  /** From here on calls are refused. */
  #leave(): Session | undefined {
    const session = this.#session
    this.#session = undefined
    return session
  }

  async #shut(session: Session | undefined): Promise<void> {
    await Promise.allSettled(this.#calls)
    await this.#turns.idle()
    session?.sender.destroy()
  }

  /** Opening and closing take turns. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#lifetime.then(step)
    this.#lifetime = result.catch(() => {})
    return result
  }
}

function newSession({ target, bucket }: ResolvedS3Options, layout: Layout): Session {
  const sender = senderFor(target, bucket)
  const { secretAccessKey, sessionToken } = (target.client ? undefined : target.credentials) ?? {}
  const secrets = [secretAccessKey, sessionToken].flatMap((secret) => secret || [])
  const requests = new Requests(sender, bucket, secrets)
  return { sender, requests, deletes: new Deletes(requests), count: new Count(requests, layout) }
}

function tooLarge(bytes: number): PoolError {
  return new PoolError('ERR_BLOCK_TOO_LARGE', `s3: a block of ${bytes} bytes is over ${MAX_BLOCK_BYTES}`)
}
