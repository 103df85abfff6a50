import { meaningOf } from './errors.ts'
import { failureOf } from './failure.ts'
import type { Requests } from './requests.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const KEYS_PER_REQUEST = 1_000
/** How servers answer that do not know DeleteObjects, or ask for a checksum that they are not given. */
const NOT_TOGETHER: ReadonlySet<number | undefined> = new Set([400, 404, 405, 411, 501])

interface Waiting {
  readonly key: string
  readonly signal: AbortSignal | undefined
  resolve(): void
  reject(reason: unknown): void
}

/** Sends the deletes of one turn of the event loop together. */
export class Deletes {
  readonly #requests: Requests
  #waiting: Waiting[] = []
  #together = true

  constructor(requests: Requests) {
    this.#requests = requests
  }

  /** Its end, whether or not somebody still waits for it. One that aborts before it is sent is not sent. */
  delete(key: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush())
    return new Promise((resolve, reject) => this.#waiting.push({ key, signal, resolve, reject }))
  }

  #flush(): void {
    const waiting = this.#waiting.filter(({ signal, reject }) => {
      if (signal?.aborted) reject(signal.reason)
      return !signal?.aborted
    })
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += KEYS_PER_REQUEST) {
      void this.#send(waiting.slice(at, at + KEYS_PER_REQUEST))
    }
  }

  async #send(deletes: readonly Waiting[]): Promise<void> {
    if (deletes.length === 1 || !this.#together) return this.#singly(deletes)
    try {
      const failures = await this.#requests.deleteMany(deletes.map(({ key }) => key))
      for (const { key, resolve, reject } of deletes) {
        const failure = failures.get(key)
        if (failure) reject(failure)
        else resolve()
      }
    } catch (error) {
      const failure = failureOf(error)
      if (NOT_TOGETHER.has(failure.status) && meaningOf(failure).code === 'ERR_BACKEND') {
        this.#together = false
        return this.#singly(deletes)
      }
      for (const { reject } of deletes) reject(this.#requests.error('delete', true, error))
    }
  }

  #singly(deletes: readonly Waiting[]): void {
    for (const { key, resolve, reject } of deletes)
      this.#requests.delete(key, undefined).then(resolve, reject)
  }
}
