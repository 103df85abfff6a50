import type { Fault, Finding } from '../shared/judge.ts'
import { Ledger } from '../shared/ledger.ts'
import { type Random, some } from '../shared/random.ts'
import type { Message, Task } from './job.ts'
import { prepareTarget, type Server } from './server.ts'
import type { TargetName } from './targets.ts'
import { verify } from './verify.ts'

/** Of one target. All but `cycles` and `acknowledged` must be 0. */
export interface CrashResult extends Readonly<Record<Fault, number>> {
  readonly cycles: number
  /** Puts and deletes that were acknowledged. */
  readonly acknowledged: number
  /** The first findings in words. */
  readonly findings: readonly Finding[]
}

/** Older blocks that are looked at in each cycle. */
const OLDER_BLOCKS = 20
/** Blocks of each kind that a writer may delete or put again. */
const OFFERED = 60
const FINDINGS_KEPT = 20

/** One target under test over its cycles. */
export class Subject {
  readonly target: TargetName
  readonly #counts: Record<Fault, number> = { lost: 0, undone: 0, torn: 0, stale: 0, broken: 0 }
  readonly #findings: Finding[] = []
  readonly #touched: Set<number> = new Set()
  #folder = ''
  #server: Server | undefined
  /** The server is dead, and what the writer asks of it fails. */
  #struck = false
  #ledger: Ledger = new Ledger()
  #next = 0
  #cycles = 0
  #acknowledged = 0

  constructor(target: TargetName) {
    this.target = target
  }

  /** Leaves the store for a new one. */
  async renew(folder: string): Promise<void> {
    this.#acknowledged += this.#ledger.acknowledged
    this.#ledger = new Ledger()
    await this.end()
    this.#server = await prepareTarget(this.target, folder)
    this.#folder = folder
  }

  /** Kills the server, if there is one. Answers that it has sent still reach the writer. */
  async strike(): Promise<void> {
    if (!this.#server) return
    this.#struck = true
    await this.#server.kill()
  }

  /** Ends the server, if there is one. */
  async end(): Promise<void> {
    await this.#server?.stop()
    this.#server = undefined
  }

  task(random: Random): Task {
    return {
      target: this.target,
      folder: this.#folder,
      live: some(this.#ledger.expecting('present'), OFFERED, random),
      gone: some(this.#ledger.expecting('absent'), OFFERED, random),
      next: this.#next,
    }
  }

  hear(message: Exclude<Message, { type: 'ready' | 'open' }>): void {
    if (message.type === 'failed') {
      if (!this.#struck) this.#report('broken', `in the writer: ${message.reason}`)
      return
    }
    this.#touched.add(message.n)
    this.#next = Math.max(this.#next, message.n + 1)
    if (message.type === 'begin') this.#ledger.begin(message.operation, message.n)
    else this.#ledger.acknowledge(message.operation, message.n)
  }

  /** Looks at what the kill has left: at everything, or at what was touched and some of the rest. */
  async judge(everything: boolean, random: Random): Promise<void> {
    const ledger = this.#ledger
    if (this.#struck) await this.#server?.start()
    this.#struck = false
    const older = everything ? ledger.numbers : some(ledger.numbers, OLDER_BLOCKS, random)
    try {
      await verify({
        target: this.target,
        folder: this.#folder,
        ledger,
        numbers: [...new Set([...this.#touched, ...older, ...ledger.expecting('either')])],
        listing: everything,
        unused: this.#next++,
        report: this.#report,
      })
    } catch (error) {
      this.#report('broken', `after the kill: ${String(error)}`)
    }
    this.#touched.clear()
    this.#cycles++
  }

  result(): CrashResult {
    const acknowledged = this.#acknowledged + this.#ledger.acknowledged
    return { cycles: this.#cycles, acknowledged, ...this.#counts, findings: this.#findings }
  }

  readonly #report = (fault: Fault, detail: string): void => {
    this.#counts[fault]++
    if (this.#findings.length < FINDINGS_KEPT) this.#findings.push({ fault, detail })
  }
}

/** Both together. */
export function addResults(a: CrashResult, b: CrashResult): CrashResult {
  return {
    cycles: a.cycles + b.cycles,
    acknowledged: a.acknowledged + b.acknowledged,
    lost: a.lost + b.lost,
    undone: a.undone + b.undone,
    torn: a.torn + b.torn,
    stale: a.stale + b.stale,
    broken: a.broken + b.broken,
    findings: [...a.findings, ...b.findings].slice(0, FINDINGS_KEPT),
  }
}
