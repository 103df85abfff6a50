import type { Random } from '../shared/random.ts'
import type { Gate, Step } from './files.ts'

interface Waiting {
  readonly step: Step
  readonly resolve: (errno: string | undefined) => void
}

export interface Call {
  readonly step: Step
  readonly random: Random
}

/**
 * Lets one call of the file system at a time have its effect, in an order that the seed decides. Between two calls
 * nothing moves: that is where the power may go.
 */
export class Scheduler {
  readonly #random: Random
  readonly #fails: (call: Call) => string | undefined
  readonly #waiting: Waiting[] = []

  /** `fails` names the error of a call that shall fail. */
  constructor(random: Random, fails: (call: Call) => string | undefined) {
    this.#random = random
    this.#fails = fails
  }

  readonly gate: Gate = (step) => new Promise((resolve) => this.#waiting.push({ step, resolve }))

  /** Runs until the work has ended; `between` is called before each call. When it says false, all stops for good. */
  async run(work: Promise<unknown>, between: (step: Step) => Promise<boolean>): Promise<void> {
    let ended = false
    const end = () => {
      ended = true
    }
    work.then(end, end)
    for (;;) {
      await quiet()
      if (ended) break
      const at = this.#random.below(this.#waiting.length)
      const [next] = this.#waiting.splice(at, 1)
      if (!next) throw new Error('the work waits for something that is no call of the file system')
      if (!(await between(next.step))) return
      next.resolve(this.#fails({ step: next.step, random: this.#random }))
    }
    await work
  }
}

/** Resolves when everything that can go on has done so. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
