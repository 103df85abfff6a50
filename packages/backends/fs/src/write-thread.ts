import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads'
import { PoolError } from '@blockpool/core'
import type { Failure, File } from './write-files.ts'

/** To start a thread takes the time of some hundred files. */
const START_AFTER = 200

/** Bytes of the largest file that a thread takes. */
export const LARGEST = 262_144
/** Bytes of a batch. */
const MEMORY = 4 * LARGEST

/** Beside this file: sources run as TypeScript, what is built as JavaScript. */
const MAIN: URL = new URL(
  import.meta.url.endsWith('.ts') ? './write-thread-main.ts' : './write-thread-main.js',
  import.meta.url,
)

export interface WriteThreadOptions {
  /** What the thread runs. */
  readonly main?: URL | undefined
  /** Files after which it is worth its start. */
  readonly startAfter?: number | undefined
}

interface Task {
  readonly temp: string
  readonly path: string
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * A thread that writes small files with blocking calls. What asks while it is busy is its next batch, so that many
 * files share one message there and one back, where libuv makes a trip to a thread of each of a file's four calls.
 *
 * Each store has its own ones, so that a disk that hangs holds up no other. A thread starts when it has been asked for a number
 * of times, starts again after a crash, and does not keep an idle process from ending.
 */
export class WriteThread {
  /** Puts that have chosen it; kept by those who choose. */
  load = 0
  readonly #main: URL
  /** Where a batch is handed over: memory that is used again and again costs no page faults, as new memory does. */
  #memory: Uint8Array = new Uint8Array(0)
  #early: number
  #state: 'new' | 'starting' | 'running' | 'impossible' = 'new'
  #worker: Worker | undefined
  #waiting: Task[] = []
  #batch: readonly Task[] = []
  #sends = false

  constructor(options: WriteThreadOptions = {}) {
    this.#main = options.main ?? MAIN
    this.#early = options.startAfter ?? START_AFTER
  }

  /** Whether it runs; to be asked for each file. It never does where threads are forbidden or its code is missing. */
  isReady(): boolean {
    if (this.#state === 'new' && this.#early-- <= 0) this.#start()
    return this.#state === 'running'
  }

  /**
   * Writes a file of up to `LARGEST` bytes that was not there at `temp`, and moves it to `path`. After a rejection,
   * whose `code` is that of the call that failed, the file may be left at `temp`.
   */
  write(temp: string, path: string, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'running') return reject(ended(undefined))
      this.#waiting.push({ temp, path, bytes, resolve, reject })
      this.#sendSoon()
    })
  }

  /** Ends the thread; nothing may be under way. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): void {
    this.#state = 'starting'
    this.#memory = new Uint8Array(new SharedArrayBuffer(MEMORY))
    // The flags of the process may not fit, such as --input-type.
    const options: WorkerOptions = {
      name: 'blockpool-fs',
      execArgv: [],
      env: SHARE_ENV,
      workerData: this.#memory,
    }
    let worker: Worker
    try {
      worker = new Worker(this.#main, options)
    } catch {
      this.#state = 'impossible'
      return
    }
    this.#worker = worker
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => this.#ended(cause))
    worker.once('message', () => {
      this.#state = 'running'
      worker.on('message', (failures: readonly Failure[]) => this.#settle(failures))
    })
    worker.unref()
  }

  /** After all who ask in this turn of the event loop. */
  #sendSoon(): void {
    if (this.#sends || this.#batch.length > 0) return
    this.#sends = true
    process.nextTick(() => {
      this.#sends = false
      if (this.#waiting.length > 0) this.#send()
    })
  }

  /** As many as the memory has room for. */
  #send(): void {
    let [count, at] = [0, 0]
    for (const { bytes } of this.#waiting) {
      if (at + bytes.length > MEMORY) break
      this.#memory.set(bytes, at)
      at += bytes.length
      count++
    }
    this.#batch = this.#waiting.splice(0, count)
    const files: File[] = this.#batch.map(({ temp, path, bytes }) => [temp, path, bytes.length])
    this.#worker?.ref()
    this.#worker?.postMessage(files)
  }

  #settle(failures: readonly Failure[]): void {
    const batch = this.#batch
    this.#batch = []
    for (const { file, message, code } of failures) {
      batch[file]?.reject(Object.assign(new Error(message), { code }))
    }
    // Those that were rejected stay so.
    for (const { resolve } of batch) resolve()
    if (this.#waiting.length > 0) this.#sendSoon()
    else this.#worker?.unref()
  }

  #ended(cause: unknown): void {
    this.#worker = undefined
    this.#state = this.#state === 'running' ? 'new' : 'impossible'
    const tasks = [...this.#batch, ...this.#waiting]
    this.#batch = []
    this.#waiting = []
    for (const { reject } of tasks) reject(ended(cause))
  }
}

function ended(cause: unknown): PoolError {
  return new PoolError('ERR_BACKEND', 'the thread that writes files ended', { cause, retryable: true })
}
