/** All time of the pool goes through a clock, so that tests and the simulation own it. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean something. */
  now(): number
  /** Milliseconds since 1970, for people and records. */
  wallTime(): number
  /**
   * Runs the task once after the delay and returns its cancellation. A `background` task does not keep the process
   * alive.
   */
  schedule(delayMs: number, task: () => void, options?: ScheduleOptions): () => void
  /** Runs the task when this turn of the event loop is over, and has sent what was gathered in it. Optional. */
  immediate?(task: () => void): void
}

export interface ScheduleOptions {
  readonly background?: boolean | undefined
}

/** Web pages have none. */
const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown }

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  schedule(delayMs, task, options) {
    const timer: unknown = setTimeout(task, delayMs)
    if (options?.background) (timer as { unref?(): void }).unref?.()
    return () => clearTimeout(timer as number)
  },
  ...(setImmediate && { immediate: (task) => void setImmediate(task) }),
}
