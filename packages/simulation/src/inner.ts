import type { Backend } from '@blockpool/core'

/** Makes an empty backend to test; the simulation opens and closes it. */
export type MakeBackend = () => Backend | Promise<Backend>

/** A backend under test, behind the faults of its disk. It is made anew when its store is. */
export class Inner {
  readonly #make: MakeBackend
  #backend: Promise<Backend>
  /** Calls that it has not answered. */
  busy = 0

  constructor(make: MakeBackend) {
    this.#make = make
    this.#backend = this.#opened()
  }

  async use<T>(task: (backend: Backend) => Promise<T>): Promise<T> {
    this.busy++
    try {
      return await task(await this.#backend)
    } finally {
      this.busy--
    }
  }

  /** An empty one takes its place. */
  replace(): void {
    const before = this.#backend
    this.#backend = this.use(async (backend) => backend.close?.()).then(() => this.#opened())
    // Whoever still waits for the old one gets its answer.
    before.catch(() => {})
  }

  async close(): Promise<void> {
    await this.use(async (backend) => backend.close?.())
  }

  async #opened(): Promise<Backend> {
    this.busy++
    try {
      const backend = await this.#make()
      await backend.open?.()
      return backend
    } finally {
      this.busy--
    }
  }
}
