import { type OperationOptions, PoolError, throwIfAborted, type Usage } from '@blockpool/core'
import { Shared, Turns } from './concurrency.ts'
import { isMissing, notAFile } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { blockPath, type Layout, shardFolder, shardOf, threadFolders } from './layout.ts'
import { sizeOf, Tally } from './tally.ts'
import { LARGEST, type WriteThread } from './write-thread.ts'

/**
 * Bytes of the largest block that a thread writes sooner whatever else is written: larger ones, whose copy for the
 * thread takes longer, only one at a time.
 */
const SMALL = 65_536

export interface BlockFilesOptions {
  readonly files: FileSystem
  readonly layout: Layout
  readonly tempName: () => string
  /** Sync what is written and removed. */
  readonly power: boolean
  /** Write small blocks, where nothing is synced, each in its folder of `tmp`; without them, all goes through `files`. */
  readonly threads?: readonly WriteThread[] | undefined
}

/**
 * The files of an open store, by name. Aborts are honoured between two steps, so that a rejected call has had its
 * effect or never will.
 */
export class BlockFiles {
  readonly #files: FileSystem
  readonly #layout: Layout
  readonly #tempName: () => string
  readonly #power: boolean
  readonly #threads: readonly WriteThread[]
  readonly #turns = new Turns()
  readonly #syncs = new Shared()
  readonly #tally = new Tally()
  #writing = 0

  constructor(options: BlockFilesOptions) {
    this.#files = options.files
    this.#layout = options.layout
    this.#tempName = options.tempName
    this.#power = options.power
    this.#threads = options.power ? [] : (options.threads ?? [])
  }

  /** Ends the threads; nothing may be under way. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#unlessMissing(name, this.#files.read(blockPath(this.#layout, name)))
  }

  async has(name: string): Promise<boolean> {
    const path = blockPath(this.#layout, name)
    const info = await this.#unlessMissing(name, this.#files.stat(path))
    if (info && info.kind !== 'file') throw notAFile(info.kind, path)
    return info !== undefined
  }

  /** Writes a file of its own and moves it to its place, whatever stands there. */
  async write(name: string, bytes: Uint8Array, options: OperationOptions | undefined): Promise<void> {
    const thread = this.#threadFor(bytes.length)
    const { tmp } = this.#layout
    const folder = thread ? `${tmp}/${threadFolders[this.#threads.indexOf(thread)]}` : tmp
    this.#writing++
    if (thread) thread.load++
    try {
      await this.#writeWith(thread, folder, name, bytes, options)
    } finally {
      this.#writing--
      if (thread) thread.load--
    }
  }

  async #writeWith(
    thread: WriteThread | undefined,
    folder: string,
    name: string,
    bytes: Uint8Array,
    options: OperationOptions | undefined,
  ): Promise<void> {
    const temp = `${folder}/${this.#tempName()}`
    const finish = thread
      ? (path: string) => thread.write(temp, path, bytes)
      : (path: string) => this.#files.rename(temp, path)
    try {
      if (!thread) await this.#writeTemp(temp, bytes, options)
      await this.#turns.run(shardOf(name), () => this.#place(finish, name, bytes.length, options))
    } catch (error) {
      await this.#files.remove(temp).catch(() => {})
      throw error
    }
    await this.#sync(name)
  }

  async remove(name: string, options: OperationOptions | undefined): Promise<void> {
    await this.#turns.run(shardOf(name), async () => {
      const path = blockPath(this.#layout, name)
      const before = await this.#sizeBefore(name, path)
      throwIfAborted(options)
      await this.#unlessMissing(name, this.#files.remove(path))
      this.#tally.book(name, before, undefined)
    })
    // Also when it was missing: whoever removed it may have crashed before it was durable.
    await this.#sync(name)
  }

  /** Names of everything in a shard. */
  names(shard: string): Promise<readonly string[]> {
    return this.#files.names(shardFolder(this.#layout, shard))
  }

  /** Counts what was not counted before; `goOn` throws when it shall stop. */
  count(goOn: () => void): Promise<void> {
    return this.#tally.count(this.#files, this.#layout, this.#turns, goOn)
  }

  async usage(): Promise<Usage> {
    const freeBytes = await this.#files.freeBytes(this.#layout.blocks)
    return { ...this.#tally.usage(), freeBytes }
  }

  /** The thread with the least to do, so that one put after another stays with one thread. */
  #threadFor(size: number): WriteThread | undefined {
    if (size > LARGEST) return undefined
    const [first, ...others] = this.#threads
    const thread = first && others.reduce((least, other) => (other.load < least.load ? other : least), first)
    if (!thread?.isReady()) return undefined
    return size <= SMALL || this.#writing === 0 ? thread : undefined
  }

  async #writeTemp(temp: string, bytes: Uint8Array, options: OperationOptions | undefined): Promise<void> {
    const file = await this.#files.create(temp)
    try {
      throwIfAborted(options)
      await file.write(bytes)
      throwIfAborted(options)
      if (this.#power) await file.sync()
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
    await file.close()
  }

  /** Has a file moved to its place; in the shard's turn. */
  async #place(
    finish: (path: string) => Promise<void>,
    name: string,
    size: number,
    options: OperationOptions | undefined,
  ): Promise<void> {
    throwIfAborted(options)
    const path = blockPath(this.#layout, name)
    const before = await this.#sizeBefore(name, path)
    throwIfAborted(options)
    const finished = finish(path).then(() => true)
    if (!(await this.#unlessMissing(name, finished))) {
      const { tmp } = this.#layout
      await this.#files.stat(tmp)
      throw new PoolError('ERR_BACKEND', `a file in '${tmp}' was removed by another process`, {
        retryable: true,
      })
    }
    this.#tally.book(name, before, size)
  }

  #sizeBefore(name: string, path: string): Promise<number | undefined> {
    return this.#tally.needsBefore(shardOf(name)) ? sizeOf(this.#files, path) : Promise.resolve(undefined)
  }

  async #sync(name: string): Promise<void> {
    if (!this.#power) return
    const folder = shardFolder(this.#layout, shardOf(name))
    await this.#syncs.run(folder, () => this.#files.syncFolder(folder))
  }

  /** Undefined when the file is missing; a failure when its shard is missing too, for then nothing is known. */
  async #unlessMissing<T>(name: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer
    } catch (error) {
      if (!isMissing(error)) throw error
      const shard = shardFolder(this.#layout, shardOf(name))
      if ((await this.#files.stat(shard)).kind === 'folder') return undefined
      throw new PoolError('ERR_STORE_GONE', `'${shard}' is no longer a folder`, { retryable: true })
    }
  }
}
