import { startWorker, type Worker } from '../shared/worker.ts'
import { decode, type Job, type Message } from './job.ts'

/** A loaded writer process that waits for its job. */
export interface Writer {
  /** Gives it its job; from now on it speaks to `hear`. */
  begin(job: Job, hear: (message: Message) => void): void
  /** kill -9; resolves when all that it said was heard. */
  kill(): Promise<void>
  readonly ended: Promise<unknown>
}

/** Keeps one writer loaded ahead, since loading takes as long as a cycle. */
export class Writers {
  readonly #cache: string
  #next: Promise<Writer>

  /** `cache` is the folder where the processes share their compiled code. */
  constructor(cache: string) {
    this.#cache = cache
    this.#next = startWriter(cache)
  }

  async take(): Promise<Writer> {
    const writer = await this.#next
    this.#next = startWriter(this.#cache)
    this.#next.catch(() => {})
    return writer
  }

  async stop(): Promise<void> {
    await (await this.#next).kill()
  }
}

async function startWriter(cache: string): Promise<Writer> {
  const ready = Promise.withResolvers<void>()
  let hear: (message: Message) => void = () => ready.resolve()
  const worker: Worker = startWorker({
    module: new URL('writer.ts', import.meta.url),
    env: { NODE_COMPILE_CACHE: cache, UV_THREADPOOL_SIZE: '8' },
    onLine: (line) => hear(decode(line)),
  })
  const died = worker.ended.then((code) => {
    throw new Error(`a writer ended with ${code} before it was ready`)
  })
  await Promise.race([ready.promise, died])
  died.catch(() => {})
  return {
    begin: (job, listener) => {
      hear = listener
      worker.send(JSON.stringify(job))
    },
    kill: () => worker.kill(),
    ended: worker.ended,
  }
}
