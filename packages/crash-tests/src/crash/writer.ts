// A process of its own: reads one job from its input, writes under load, and says what it begins and what was
// acknowledged, until it is killed.
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '@blockpool/core'
import { numberedBlock } from '../shared/blocks.ts'
import { type Random, seeded } from '../shared/random.ts'
import { say } from '../shared/say.ts'
import { encode, type Job, type Task } from './job.ts'
import { openTarget } from './targets.ts'

const IN_FLIGHT = 5
/** SQLite is fast and works in this thread: it must leave the others their turn. */
const PAUSE_MS = 3

/** Blocks that may be chosen: each is taken out while an operation on it is under way. */
class Choice {
  readonly #random: Random
  readonly #live: number[]
  readonly #gone: number[]
  #next: number

  constructor(task: Task, random: Random) {
    this.#random = random
    this.#live = [...task.live]
    this.#gone = [...task.gone]
    this.#next = task.next
  }

  /** Mostly new blocks; some deletes, some puts over what is there, some puts of what was deleted. */
  take(): { readonly operation: 'put' | 'delete'; readonly n: number } {
    const dice = this.#random.below(10)
    if (dice < 2 && this.#live.length > 0) return { operation: 'delete', n: this.#draw(this.#live) }
    if (dice === 2 && this.#live.length > 0) return { operation: 'put', n: this.#draw(this.#live) }
    if (dice === 3 && this.#gone.length > 0) return { operation: 'put', n: this.#draw(this.#gone) }
    return { operation: 'put', n: this.#next++ }
  }

  giveBack(operation: 'put' | 'delete', n: number): void {
    ;(operation === 'put' ? this.#live : this.#gone).push(n)
  }

  #draw(from: number[]): number {
    const at = this.#random.below(from.length)
    const last = from.pop() as number
    if (at === from.length) return last
    const drawn = from[at] as number
    from[at] = last
    return drawn
  }
}

async function write(store: Backend, task: Task, choice: Choice, at: number): Promise<never> {
  for (;;) {
    const { operation, n } = choice.take()
    const block = numberedBlock(n)
    say(encode({ type: 'begin', at, operation, n }))
    await (operation === 'put' ? store.put(block) : store.delete(block.cid))
    say(encode({ type: 'end', at, operation, n }))
    choice.giveBack(operation, n)
    if (task.target === 'sqlite') await sleep(PAUSE_MS)
  }
}

/** Opens all stores, then writes to all of them. */
async function run(job: Job): Promise<void> {
  const open = async (task: Task, at: number) => {
    const store = await openTarget(task.target, task.folder)
    say(encode({ type: 'open', at }))
    return store
  }
  const stores = await Promise.all(job.tasks.map((task, at) => reporting(at, () => open(task, at))))
  for (const [at, task] of job.tasks.entries()) {
    const choice = new Choice(task, seeded(job.seed + at))
    for (let i = 0; i < IN_FLIGHT; i++)
      void reporting(at, () => write(stores[at] as Backend, task, choice, at))
  }
}

async function reporting<T>(at: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    say(encode({ type: 'failed', at, reason: String(error) }))
    // Nothing more can be learned from it; it waits for its kill.
    return new Promise(() => {})
  }
}

// What is killed cannot write its compiled code to the cache at its end, where the others would find it.
flushCompileCache()
say(encode({ type: 'ready' }))
createInterface({ input: process.stdin }).once('line', (line) => {
  void run(JSON.parse(line))
})
