import type { Clock } from '../clock.ts'
import type { ResolvedHedge } from '../options.ts'
import type { Member } from './member.ts'
import { Sweeper, type Watched } from './sweeper.ts'

/** How exactly the moment for a second question is met, in milliseconds. */
const SWEEP_MS = 5
/** Second questions that may be saved up for a bad moment. */
const MOST_SAVED = 10

/**
 * Decides when a read that waits for one backend asks a second one, and how often that may be ("hedged requests": Dean and
 * Barroso, The Tail at Scale, 2013). Each read pays its part of the budget in; a second question takes one out.
 */
export class Hedges {
  readonly #sweeper: Sweeper
  readonly #options: ResolvedHedge
  #credit = 1
  /** Reads for which a second backend was asked. */
  made = 0

  constructor(options: ResolvedHedge, clock: Clock) {
    this.#options = options
    this.#sweeper = new Sweeper(clock, SWEEP_MS)
  }

  start(): void {
    this.#sweeper.start()
  }

  /** Leaves no timer behind. No read waits any more. */
  stop(): void {
    this.#sweeper.stop()
  }

  /** A read has begun. */
  earn(): void {
    this.#credit = Math.min(MOST_SAVED, this.#credit + this.#options.budget)
  }

  /** Whether a second backend may be asked now; if so, that is counted. */
  take(): boolean {
    if (this.#credit < 1) return false
    this.#credit--
    this.made++
    return true
  }

  /** Calls back when this member has taken long, unless the wait is ended before; undefined when nobody knows what is long. */
  wait(member: Member, late: () => void): HedgeWait | undefined {
    const { after } = this.#options
    const afterMs = after === 'p95' ? member.readTail.p95 : after
    if (afterMs === undefined) return undefined
    const wait = new HedgeWait(this.#sweeper, late)
    this.#sweeper.watch(wait)
    wait.deadline = this.#sweeper.deadline(afterMs)
    return wait
  }
}

/** One read that waits for one backend. */
export class HedgeWait implements Watched {
  watchIndex = -1
  deadline = 0
  readonly #sweeper: Sweeper
  readonly #late: () => void

  constructor(sweeper: Sweeper, late: () => void) {
    this.#sweeper = sweeper
    this.#late = late
  }

  sweep(now: number): void {
    if (now < this.deadline) return
    this.end()
    this.#late()
  }

  end(): void {
    this.#sweeper.release(this)
  }
}
