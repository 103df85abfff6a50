import type { Clock } from '../../src/index.ts'

interface Task {
  readonly due: number
  readonly run: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 1_000
  readonly #tasks = new Set<Task>()

  now(): number {
    return this.#now
  }

  wallTime(): number {
    return 1_700_000_000_000 + this.#now
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task = { due: this.#now + delayMs, run }
    this.#tasks.add(task)
    return () => this.#tasks.delete(task)
  }

  immediate(run: () => void): void {
    this.schedule(0, run)
  }

  /** Tasks that have not run and were not cancelled. */
  get scheduled(): number {
    return this.#tasks.size
  }

  /** Runs everything that falls due in this span, each at its time, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await flush()
    for (let task = this.#nextDue(end); task; task = this.#nextDue(end)) {
      this.#tasks.delete(task)
      this.#now = Math.max(this.#now, task.due)
      task.run()
      await flush()
    }
    this.#now = end
    await flush()
  }

  #nextDue(end: number): Task | undefined {
    let next: Task | undefined
    for (const task of this.#tasks) if (task.due <= end && (!next || task.due < next.due)) next = task
    return next
  }
}

/** Resolves when all promises that can settle without time passing have settled. */
export function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
