import { isAborted, type OperationOptions } from '@blockpool/core'
import { pauseMs } from './busy.ts'
import { isBusy, toPoolError } from './errors.ts'
import type { Failures, Write } from './table.ts'

/** One transaction holds at most this many writes … */
const MAX_WRITES = 256
/** … and, beyond its first, at most this many bytes: it blocks the event loop. */
const MAX_BYTES = 4 * 1024 * 1024

interface Waiting extends Write {
  readonly options: OperationOptions | undefined
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  /** When a transaction first found the database locked. */
  lockedSince: number | undefined
}

/**
 * Gathers the puts and deletes of a turn of the event loop and commits them together, in their order. Each promise
 * settles after its commit. Nothing is copied: bytes are read-only by contract.
 *
 * While another process holds the database, writes wait without blocking, each at most `busyTimeoutMs`. A write
 * whose signal aborts while it waits is taken out.
 */
export class WriteQueue {
  readonly #commit: (writes: readonly Write[]) => Failures
  readonly #busyTimeoutMs: number
  readonly #name: string
  #waiting: Waiting[] = []
  #scheduled = false
  #attempts = 0
  #drained: PromiseWithResolvers<void> | undefined

  constructor(commit: (writes: readonly Write[]) => Failures, busyTimeoutMs: number, name: string) {
    this.#commit = commit
    this.#busyTimeoutMs = busyTimeoutMs
    this.#name = name
  }

  add({ key, bytes }: Write, options: OperationOptions | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, bytes, options, resolve, reject, lockedSince: undefined })
      this.#schedule()
    })
  }

  /** Resolves when every write that was added has settled. */
  drained(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    this.#drained ??= Promise.withResolvers()
    return this.#drained.promise
  }

  /** An immediate gathers more than a microtask: writers need not be equally many awaits away. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    if (this.#attempts === 0) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), pauseMs(this.#attempts))
  }

  #flush(): void {
    this.#scheduled = false
    this.#dropAborted()
    const count = batchSize(this.#waiting)
    const batch = this.#waiting.slice(0, count)
    if (count > 0 && this.#write(batch)) {
      this.#waiting.splice(0, count)
      this.#attempts = 0
    }
    if (this.#waiting.length > 0) this.#schedule()
    else this.#end()
  }

  #end(): void {
    this.#attempts = 0
    this.#drained?.resolve()
    this.#drained = undefined
  }

  #dropAborted(): void {
    if (!this.#waiting.some(isGivenUp)) return
    for (const write of this.#waiting) if (isGivenUp(write)) write.reject(write.options?.signal?.reason)
    this.#waiting = this.#waiting.filter((write) => !isGivenUp(write))
  }

  /** Commits and settles; false when the database is locked and the writes go on waiting. */
  #write(batch: readonly Waiting[]): boolean {
    try {
      this.#settle(batch, this.#commit(batch))
    } catch (error) {
      if (isBusy(error)) return this.#wait(error)
      const failure = toPoolError(error, this.#name)
      if (failure.code === 'ERR_FULL' && batch.length > 1) for (const write of batch) this.#writeAlone(write)
      else for (const write of batch) write.reject(failure)
    }
    return true
  }

  /** What does not fit together may fit alone: deletes and small blocks go through when the device is full. */
  #writeAlone(write: Waiting): void {
    try {
      this.#settle([write], this.#commit([write]))
    } catch (error) {
      write.reject(toPoolError(error, this.#name))
    }
  }

  #settle(batch: readonly Waiting[], failures: Failures): void {
    for (const write of batch) {
      if (failures.has(write)) write.reject(toPoolError(failures.get(write), this.#name))
      else write.resolve()
    }
  }

  #wait(error: unknown): false {
    this.#attempts += 1
    const now = performance.now()
    for (const write of this.#waiting) write.lockedSince ??= now
    const isOver = (write: Waiting) => now - (write.lockedSince ?? now) >= this.#busyTimeoutMs
    for (const write of this.#waiting) if (isOver(write)) write.reject(toPoolError(error, this.#name))
    this.#waiting = this.#waiting.filter((write) => !isOver(write))
    return false
  }
}

function isGivenUp({ options }: Waiting): boolean {
  return isAborted(options)
}

/** How many of the first writes make one transaction. */
function batchSize(waiting: readonly Waiting[]): number {
  let count = 0
  let bytes = 0
  for (const write of waiting) {
    bytes += write.bytes?.length ?? 0
    if (count === MAX_WRITES || (count > 0 && bytes > MAX_BYTES)) break
    count += 1
  }
  return count
}
