import { resolve } from 'node:path'
import {
  type Backend,
  type BackendTraits,
  type Block,
  blockName,
  isAborted,
  type OpenOptions,
  type OperationOptions,
  PoolError,
  throwIfAborted,
  type Usage,
} from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { BlockFiles } from './block-files.ts'
import { abortable, Calls, readAhead } from './concurrency.ts'
import { toPoolError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { Items } from './items.ts'
import { type Layout, layoutOf, shards, threadFolders } from './layout.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { readNote, writeNote } from './note.ts'
import { openStore, readIdentity } from './store.ts'
import { cidOf } from './tally.ts'
import { tempNames } from './temp-names.ts'
import { WriteThread } from './write-thread.ts'

export interface FsOptions {
  /** Folder of the store: a store already, or empty, or missing. Relative paths start from the working directory. */
  readonly path: string
  /**
   * What a resolved put or delete survives: with 'process' a crash of the process, with 'power' a power cut too, at
   * the price of two fsync calls. @default 'power'
   */
  readonly durability?: 'power' | 'process' | undefined
  /** Make the store when the folder is missing or empty; otherwise `open` fails with `ERR_STORE_GONE`. @default true */
  readonly create?: boolean | undefined
  /** @default nodeFileSystem */
  readonly fileSystem?: FileSystem | undefined
}

/**
 * Blocks as files in a folder, one file a block. A string is the path.
 * @throws PoolError `ERR_INVALID_OPTIONS`
 */
export function fs(options: string | FsOptions): Backend {
  const { path, durability = 'power', create = true, fileSystem } = toOptions(options)
  if (path === '') throw invalid('path must not be empty')
  if (durability !== 'power' && durability !== 'process') {
    throw invalid(`durability must be 'power' or 'process', not '${String(durability)}'`)
  }
  return new FsBackend(layoutOf(resolve(path)), durability, create, fileSystem ?? nodeFileSystem)
}

function toOptions(options: string | FsOptions): FsOptions {
  return typeof options === 'string' ? { path: options } : options
}

/** Adds the CIDs of the names from a place on, as many as make a page; what is not ours is left out. */
function addCids(page: CID[], shard: string, names: readonly string[], from: number): void {
  const to = Math.min(names.length, from + CIDS_PER_PAGE)
  for (let i = from; i < to; i++) {
    const cid = cidOf(shard, names[i] as string)
    if (cid) page.push(cid)
  }
}

function invalid(message: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `fs: ${message}`)
}

/** `list` lets other work run after so many CIDs: well within 1 ms. */
const CIDS_PER_PAGE = 128
/** Shards that it reads ahead of its reader at least. */
const LEAST_AHEAD = 8
/**
 * It reads as many ahead as its reader takes in so many milliseconds. With few, libuv's threads fall asleep again and
 * again, and waking them costs as much as a small folder; behind many, whoever else needs those threads has to wait.
 */
const AHEAD_MS = 10

class FsBackend implements Backend {
  readonly type = 'fs'
  readonly traits: BackendTraits
  readonly #files: FileSystem
  readonly #layout: Layout
  readonly #create: boolean
  readonly #power: boolean
  readonly #tempName = tempNames()
  readonly #calls = new Calls()
  #blocks: BlockFiles
  #count: Promise<void> | undefined
  #open = false

  constructor(layout: Layout, durability: 'power' | 'process', create: boolean, files: FileSystem) {
    this.#files = files
    this.#layout = layout
    this.#create = create
    this.#power = durability === 'power'
    this.#blocks = this.#newBlocks()
    // Measured with the 4 threads of libuv's pool: beyond 32 at once puts gain little, and gets nothing.
    this.traits = { durability, concurrency: 32, lateEffects: false }
  }

  async open(options?: OpenOptions): Promise<void> {
    const signal = options?.signal
    signal?.throwIfAborted()
    if (this.#open) return
    await this.#settle('open', options, async () => {
      await openStore(this.#files, this.#layout, {
        create: this.#create && options?.expectedStore === undefined,
        tempName: this.#tempName,
        syncFolder: (path) => this.#syncIfAble(path),
        signal,
      })
      this.#open = true
    })
  }

  async close(): Promise<void> {
    this.#open = false
    await this.#calls.idle()
    // A call of `open` may have ended meanwhile.
    this.#open = false
    const before = this.#blocks
    this.#blocks = this.#newBlocks()
    this.#count = undefined
    await before.close()
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#run('get', options, async () => {
      const bytes = await this.#blocks.read(blockName(cid))
      throwIfAborted(options)
      return bytes
    })
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#run('has', options, async () => {
      const found = await this.#blocks.has(blockName(cid))
      throwIfAborted(options)
      return found
    })
  }

  put({ cid, bytes }: Block, options?: OperationOptions): Promise<void> {
    return this.#run('put', options, async () => this.#blocks.write(blockName(cid), bytes, options))
  }

  delete(cid: CID, options?: OperationOptions): Promise<void> {
    return this.#run('delete', options, async () => this.#blocks.remove(blockName(cid), options))
  }

  list(options?: OperationOptions): AsyncIterableIterator<CID> {
    return new Items(this.#pages(options), () => this.#assertReady('list', options))
  }

  async *#pages(options: OperationOptions | undefined): AsyncGenerator<readonly CID[]> {
    const read = (shard: string) => this.#run('list', options, () => this.#blocks.names(shard))
    const began = performance.now()
    const ahead = (done: number) =>
      Math.max(LEAST_AHEAD, Math.ceil((done * AHEAD_MS) / (1 + performance.now() - began)))
    let page: CID[] = []
    for await (const [shard, names] of readAhead(shards, ahead, read)) {
      for (let at = 0; at < names.length; at += CIDS_PER_PAGE) {
        addCids(page, shard, names, at)
        if (page.length < CIDS_PER_PAGE) continue
        await new Promise(setImmediate)
        yield page
        page = []
      }
    }
    yield page
  }

  /** Counts the store at the first call after `open`; then what this instance puts and deletes moves the tally. */
  usage(options?: OperationOptions): Promise<Usage> {
    return this.#run('usage', options, async () => {
      await abortable(this.#counted(), options?.signal)
      return this.#blocks.usage()
    })
  }

  identity(options?: OperationOptions): Promise<string> {
    return this.#run('identity', options, () => readIdentity(this.#files, this.#layout))
  }

  /** Missing is an answer only where the store is. */
  readNote(options?: OperationOptions): Promise<string | undefined> {
    return this.#run('readNote', options, async () => {
      await readIdentity(this.#files, this.#layout)
      return readNote(this.#files, this.#layout)
    })
  }

  writeNote(note: string, options?: OperationOptions): Promise<void> {
    return this.#run('writeNote', options, () =>
      writeNote(this.#files, this.#layout, note, this.#tempName(), (path) => this.#syncIfAble(path)),
    )
  }

  async ping(options?: OperationOptions): Promise<void> {
    await this.#run('ping', options, () => readIdentity(this.#files, this.#layout))
  }

  #newBlocks(): BlockFiles {
    return new BlockFiles({
      files: this.#files,
      layout: this.#layout,
      tempName: this.#tempName,
      power: this.#power,
      // Another file system sees each step.
      threads: this.#files === nodeFileSystem ? threadFolders.map(() => new WriteThread()) : [],
    })
  }

  /** Where a power cut is no concern, a file system that cannot sync folders will do. */
  async #syncIfAble(folder: string): Promise<void> {
    const sync = this.#files.syncFolder(folder)
    await (this.#power ? sync : sync.catch(() => {}))
  }

  /** One count serves all who ask, and goes on when they give up; a failed one goes on where it stopped. */
  #counted(): Promise<void> {
    const goOn = () => this.#assertReady('usage', undefined)
    this.#count ??= this.#settle('usage', undefined, () => this.#blocks.count(goOn)).catch(
      (error: unknown) => {
        this.#count = undefined
        throw error
      },
    )
    return this.#count
  }

  async #run<T>(verb: string, options: OperationOptions | undefined, task: () => Promise<T>): Promise<T> {
    this.#assertReady(verb, options)
    return this.#settle(verb, options, task)
  }

  async #settle<T>(verb: string, options: OperationOptions | undefined, task: () => Promise<T>): Promise<T> {
    try {
      return await this.#calls.run(task)
    } catch (error) {
      throw isAborted(options) ? options?.signal?.reason : toPoolError(error, this.#subject(verb))
    }
  }

  #assertReady(verb: string, options: OperationOptions | undefined): void {
    if (!this.#open) throw new PoolError('ERR_CLOSED', `${this.#subject(verb)}: the store is not open`)
    throwIfAborted(options)
  }

  #subject(verb: string): string {
    return `${verb} in the fs store '${this.#layout.root}'`
  }
}
