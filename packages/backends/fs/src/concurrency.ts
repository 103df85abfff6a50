/** Runs `task` for each item, at most `atOnce` at a time; rejects with the first failure, after all that had begun. */
export async function forEach<T>(
  items: Iterable<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const source = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (let next = source.next(); !next.done && !failed; next = source.next()) {
      await task(next.value).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  const results = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}

/**
 * The items with what `read` gives for them, in order, while further ones are being read. More are begun when half of
 * those ahead are left, so that whoever reads wakes up for many.
 * @param ahead how many at most, when so many items are done
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  ahead: (done: number) => number,
  read: (item: T) => Promise<R>,
): AsyncGenerator<[T, R]> {
  const results: Array<Promise<R>> = []
  for (const [i, item] of items.entries()) {
    const most = ahead(i)
    const more = results.length - i <= most / 2 ? items.slice(results.length, i + 1 + most) : []
    for (const next of more) {
      const result = read(next)
      // A failure is told when its turn comes, or never when the reader stops before.
      result.catch(() => {})
      results.push(result)
    }
    yield [item, await (results[i] as Promise<R>)]
    delete results[i]
  }
}

/** Tasks of one key run one after another, in the order of their calls. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const turn = before ? before.then(task, task) : task()
    this.#last.set(key, turn)
    const leave = () => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
    turn.then(leave, leave)
    return turn
  }
}

/**
 * Runs a task for a key on behalf of all who ask while it waits. A task that has begun serves nobody who asks later:
 * it may have passed what they want covered. Its failure is theirs too: an error of fsync is reported once, and may
 * be about what they want covered.
 */
export class Shared {
  readonly #running = new Map<string, Promise<void>>()
  readonly #waiting = new Map<string, Promise<void>>()

  run(key: string, task: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key)
    if (!running) return this.#start(key, task)
    let waiting = this.#waiting.get(key)
    if (!waiting) {
      const leave = () => this.#waiting.delete(key)
      waiting = running.finally(leave).then(() => this.#start(key, task))
      this.#waiting.set(key, waiting)
    }
    return waiting
  }

  #start(key: string, task: () => Promise<void>): Promise<void> {
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key)
    })
    this.#running.set(key, run)
    return run
  }
}

/** Counts calls in flight. */
export class Calls {
  #count = 0
  #waiting: Array<() => void> = []

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#count++
    try {
      return await task()
    } finally {
      this.#count--
      if (this.#count === 0) {
        for (const resolve of this.#waiting.splice(0)) resolve()
      }
    }
  }

  /** Resolves when no call is in flight. */
  idle(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** Rejects with the signal's reason as soon as it aborts; the promise itself goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
