import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { cutOnAbort } from './abort.ts'
import { collect } from './body.ts'
import type { Sender } from './client.ts'
import { isMissing, toPoolError } from './errors.ts'
import { failureOf } from './failure.ts'
import { withRetry } from './retry.ts'

type Signal = AbortSignal | undefined
type Request<T> = (options: { readonly abortSignal?: AbortSignal }) => Promise<T>

export interface Listed {
  readonly key: string
  readonly bytes: number
}

export interface Page {
  readonly objects: readonly Listed[]
  /** Where the next page begins; undefined after the last one. */
  readonly next: string | undefined
}

/** The requests of one bucket, each once more where that is safe and may help. Everything rejects with a PoolError. */
export class Requests {
  readonly #sender: Sender
  readonly #bucket: string
  readonly #secrets: readonly string[]

  constructor(sender: Sender, bucket: string, secrets: readonly string[]) {
    this.#sender = sender
    this.#bucket = bucket
    this.#secrets = secrets
  }

  /** Undefined when the object is missing, in a bucket that is there. */
  get(verb: string, key: string, signal: Signal): Promise<Uint8Array | undefined> {
    const input = { Bucket: this.#bucket, Key: key }
    return this.#read(verb, signal, (options) =>
      this.#sender.client.send(new GetObjectCommand(input), options).then(bodyOf, absent),
    )
  }

  /** By a get of one byte: a HEAD of a missing object and one of a missing bucket are answered alike. */
  has(key: string, signal: Signal): Promise<boolean> {
    const input = { Bucket: this.#bucket, Key: key, Range: 'bytes=0-0' }
    return this.#read('has', signal, async (options) => {
      try {
        await bodyOf(await this.#sender.client.send(new GetObjectCommand(input), options))
        return true
      } catch (error) {
        if (isMissing(error)) return false
        // An object of 0 bytes has no first one.
        if (failureOf(error).status === 416) return true
        throw error
      }
    })
  }

  put(verb: string, key: string, bytes: Uint8Array, signal: Signal): Promise<void> {
    const input = { Bucket: this.#bucket, Key: key, Body: bytes, ContentLength: bytes.length }
    return this.#write(verb, signal, (options) =>
      this.#sender.client.send(new PutObjectCommand(input), options),
    )
  }

  /** Puts where nothing is, on servers that know the condition; others put. Rejects with what the SDK throws. */
  async putNew(key: string, bytes: Uint8Array, signal: Signal): Promise<void> {
    const input = {
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.length,
      IfNoneMatch: '*',
    }
    await cutOnAbort(signal, (abortSignal) =>
      this.#sender.client.send(new PutObjectCommand(input), abortSignal && { abortSignal }),
    )
  }

  delete(key: string, signal: Signal): Promise<void> {
    const input = { Bucket: this.#bucket, Key: key }
    return this.#write('delete', signal, (options) =>
      this.#sender.client.send(new DeleteObjectCommand(input), options).catch(absent),
    )
  }

  /** At most 1,000 keys. What failed alone stands in the answer; rejects with what the SDK throws. */
  async deleteMany(keys: readonly string[]): Promise<ReadonlyMap<string, Error>> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
    const send = () => this.#sender.client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }))
    const { Errors = [] } = await (this.#sender.once ? withRetry(send, true, undefined) : send())
    const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
    return new Map(
      failed.map(({ Key = '', Code, Message }) => [Key, this.error('delete', true, partOf(Code, Message))]),
    )
  }

  /** The objects directly below a prefix, in the order of their keys. */
  page(
    verb: string,
    prefix: string,
    after: string | undefined,
    signal: Signal,
    limit?: number,
  ): Promise<Page> {
    const input = {
      Bucket: this.#bucket,
      Prefix: prefix,
      Delimiter: '/',
      // Names of strangers may hold what XML cannot.
      EncodingType: 'url' as const,
      ...(after !== undefined && { ContinuationToken: after }),
      ...(limit !== undefined && { MaxKeys: limit }),
    }
    return this.#read(verb, signal, async (options) =>
      pageOf(await this.#sender.client.send(new ListObjectsV2Command(input), options), after),
    )
  }

  error(verb: string, writes: boolean, error: unknown): Error {
    const subject = `${verb} in the bucket '${this.#bucket}'`
    return toPoolError(error, { subject, writes, secrets: this.#secrets })
  }

  #read<T>(verb: string, signal: Signal, request: Request<T>): Promise<T> {
    return this.#run(verb, false, signal, request)
  }

  async #write(verb: string, signal: Signal, request: Request<unknown>): Promise<void> {
    await this.#run(verb, true, signal, request)
  }

  async #run<T>(verb: string, writes: boolean, signal: Signal, request: Request<T>): Promise<T> {
    try {
      return await cutOnAbort(signal, (abortSignal) => {
        const send = () => request(abortSignal ? { abortSignal } : {})
        return this.#sender.once ? withRetry(send, writes, abortSignal) : send()
      })
    } catch (error) {
      throw signal?.aborted ? signal.reason : this.error(verb, writes, error)
    }
  }
}

/** Under Node the SDK gives a Readable. */
async function bodyOf({ Body, ContentLength }: GetObjectCommandOutput): Promise<Uint8Array> {
  if (!Body) return new Uint8Array(0)
  return ContentLength === undefined ? Body.transformToByteArray() : collect(Body as Readable, ContentLength)
}

function absent(error: unknown): undefined {
  if (isMissing(error)) return undefined
  throw error
}

/** One failed key of many, as the error that it would be alone. */
function partOf(code: string | undefined, message: string | undefined): Error {
  return Object.assign(new Error(message ?? code), {
    name: code ?? 'Unknown',
    $metadata: { httpStatusCode: 200 },
  })
}

function pageOf(output: ListObjectsV2CommandOutput, after: string | undefined): Page {
  const { Contents = [], IsTruncated, NextContinuationToken } = output
  const decode = (key: string): string => (output.EncodingType ? decodeKey(key) : key)
  const objects = Contents.map(({ Key = '', Size = 0 }) => ({ key: decode(Key), bytes: Size }))
  if (!IsTruncated) return { objects, next: undefined }
  if (!NextContinuationToken || NextContinuationToken === after) throw new Error('the listing does not go on')
  return { objects, next: NextContinuationToken }
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key
  }
}
