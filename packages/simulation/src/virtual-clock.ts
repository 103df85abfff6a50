import type { Clock } from '@blockpool/core'

interface Task {
  readonly at: number
  readonly order: number
  /** Undefined once it has run or was cancelled. */
  run: (() => void) | undefined
}

/** The wall clock's time at the start of every run: 2026-01-01, in milliseconds since 1970. */
const WALL_START = 1_767_225_600_000

/** Time that passes only when it is told to. Tasks of one moment run in the order in which they were scheduled. */
export class VirtualClock implements Clock {
  readonly #heap: Task[] = []
  #now = 0
  #order = 0
  #wallOffset = WALL_START
  /** Milliseconds by which `leap` has moved time on. */
  leapt = 0
  /** Told when the wall clock is read. */
  onWallTime: (() => void) | undefined

  now(): number {
    return this.#now
  }

  wallTime(): number {
    this.onWallTime?.()
    return this.#now + this.#wallOffset
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task: Task = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run }
    push(this.#heap, task)
    return () => {
      task.run = undefined
    }
  }

  immediate(task: () => void): void {
    this.schedule(0, task)
  }

  /** The wall clock is set forward or back; the monotonic one does not notice. */
  setWall(byMs: number): void {
    this.#wallOffset += byMs
  }

  /** Time moves on while nothing runs, as when a laptop sleeps: what was due meanwhile runs late. */
  leap(ms: number): void {
    this.#now += ms
    this.leapt += ms
  }

  /** When the next task is due; undefined when none is scheduled. */
  get next(): number | undefined {
    while (this.#heap[0] && !this.#heap[0].run) pop(this.#heap)
    return this.#heap[0]?.at
  }

  /** Goes on to this moment, if that is later, and runs what is due by then. */
  runUntil(moment: number): void {
    if (moment > this.#now) this.#now = moment
    for (let at = this.next; at !== undefined && at <= this.#now; at = this.next) {
      const task = pop(this.#heap) as Task
      const { run } = task
      task.run = undefined
      run?.()
    }
  }

  /** A clock on this time whose tasks are counted, and can be ended all at once. */
  view(): ClockView {
    return new ClockView(this)
  }
}

/** What one pool sees of the time: when its process dies, its tasks die with it. */
export class ClockView implements Clock {
  readonly #clock: VirtualClock
  #dead = false
  /** Tasks that are scheduled. */
  pending = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  wallTime(): number {
    return this.#clock.wallTime()
  }

  schedule(delayMs: number, run: () => void): () => void {
    if (this.#dead) return () => {}
    let open = true
    const end = (): boolean => {
      if (!open) return false
      open = false
      this.pending--
      return true
    }
    this.pending++
    const cancel = this.#clock.schedule(delayMs, () => {
      if (end() && !this.#dead) run()
    })
    return () => {
      if (end()) cancel()
    }
  }

  immediate(task: () => void): void {
    this.schedule(0, task)
  }

  kill(): void {
    this.#dead = true
  }
}

function before(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** A binary heap, earliest first. */
function push(heap: Task[], task: Task): void {
  let at = heap.push(task) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Task
    if (!before(task, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = task
}

function pop(heap: Task[]): Task | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (!first || !last || first === last) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Task, heap[child] as Task)) child++
    const below = heap[child] as Task
    if (!before(below, last)) break
    heap[at] = below
    at = child
  }
  heap[at] = last
  return first
}
