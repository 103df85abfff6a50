import { setTimeout as sleep } from 'node:timers/promises'
import { decode } from '../crash/job.ts'
import { numberedBlock } from '../shared/blocks.ts'
import { judgeBlock, judgeListing, type Report } from '../shared/judge.ts'
import { Ledger } from '../shared/ledger.ts'
import { type Random, seeded } from '../shared/random.ts'
import { withFolder } from '../shared/temporary.ts'
import { startWorker } from '../shared/worker.ts'
import { COMMON, OWN, type Share } from './job.ts'
import { openShared } from './store.ts'

export interface ProcessesOptions {
  readonly backend: 'fs' | 'sqlite'
  readonly processes: number
  /** Of each process; about half of them are gets. */
  readonly operations: number
  /** Kill processes at random, and start others in their place. */
  readonly kills: boolean
  readonly seed: number
}

export interface ProcessesResult {
  /** Puts and deletes that were acknowledged. */
  readonly acknowledged: number
  readonly kills: number
  /** What was wrong, in words. Must be empty. */
  readonly findings: readonly string[]
}

const MAX_BLOCK_BYTES = 4_096
/** The last of them are done without a kill. */
const OPERATIONS_A_LIFE = 2_000
const LONGEST_LIFE_MS = 3_000

/** Several processes on one store: each sees what it did to its own blocks, and all blocks whole. */
export function runProcesses(options: ProcessesOptions): Promise<ProcessesResult> {
  return withFolder(async (folder) => {
    const findings: string[] = []
    const members = Array.from(
      { length: options.processes },
      (_, at) => new Member(options, folder, at, findings),
    )
    await Promise.all(members.map((member) => member.run()))
    await judge(options, folder, members, (fault, detail) => findings.push(`${fault}: ${detail}`))
    return {
      acknowledged: sum(members.map((member) => member.ledger.acknowledged)),
      kills: sum(members.map((member) => member.kills)),
      findings,
    }
  })
}

/** One process, and those that follow on it when it is killed. */
class Member {
  readonly ledger: Ledger = new Ledger()
  readonly ownFrom: number
  kills = 0
  readonly #options: ProcessesOptions
  readonly #folder: string
  readonly #random: Random
  readonly #findings: string[]

  constructor(options: ProcessesOptions, folder: string, at: number, findings: string[]) {
    this.#options = options
    this.#folder = folder
    this.#random = seeded(options.seed + at)
    this.#findings = findings
    this.ownFrom = COMMON + at * OWN
  }

  async run(): Promise<void> {
    const { kills, operations } = this.#options
    // About half of the operations are changes, which are heard of.
    const left = () => operations - 2 * this.ledger.acknowledged
    while (kills && left() > OPERATIONS_A_LIFE) await this.#live(left(), true)
    await this.#live(Math.max(1, left()), false)
  }

  async #live(operations: number, dies: boolean): Promise<void> {
    const { backend } = this.#options
    const own = this.ledger.numbers.filter((n) => n >= COMMON)
    const share: Share = {
      backend,
      folder: this.#folder,
      seed: this.#random.next(),
      operations,
      ownFrom: this.ownFrom,
      live: await this.#settled(own),
    }
    const worker = startWorker({
      module: new URL('member.ts', import.meta.url),
      args: [JSON.stringify(share)],
      onLine: (line) => this.#hear(line),
    })
    if (dies) {
      await Promise.race([sleep(this.#random.below(LONGEST_LIFE_MS)), worker.ended])
      await worker.kill()
      this.kills++
    } else {
      const code = await worker.ended
      if (code !== 0) this.#findings.push(`a process ended with ${code}`)
    }
  }

  /** Own blocks that are there; a kill left some undecided. */
  async #settled(own: readonly number[]): Promise<number[]> {
    const undecided = own.filter((n) => this.ledger.expectation(n) === 'either')
    if (undecided.length > 0) {
      const store = await openShared({ backend: this.#options.backend, folder: this.#folder })
      for (const n of undecided) {
        this.ledger.settle(n, (await store.get(numberedBlock(n, MAX_BLOCK_BYTES).cid)) !== undefined)
      }
      await store.close?.()
    }
    return own.filter((n) => this.ledger.expectation(n) === 'present')
  }

  #hear(line: string): void {
    const message = decode(line)
    if (message.type === 'failed') this.#findings.push(message.reason)
    else if (message.type === 'begin') this.ledger.begin(message.operation, message.n)
    else if (message.type === 'end') this.ledger.acknowledge(message.operation, message.n)
  }
}

/** When all have ended. */
async function judge(
  options: ProcessesOptions,
  folder: string,
  members: readonly Member[],
  report: Report,
): Promise<void> {
  const ledger = new Ledger()
  for (const member of members) {
    for (const n of member.ledger.numbers) {
      const expected = member.ledger.expectation(n)
      if (expected !== 'either') ledger.settle(n, expected === 'present')
      else if (ledger.expectation(n) !== 'present') ledger.begin('put', n)
    }
  }
  const store = await openShared({ backend: options.backend, folder })
  for (const n of ledger.numbers) await judgeBlock(store, ledger, n, report, MAX_BLOCK_BYTES)
  await judgeListing(store, ledger, report, MAX_BLOCK_BYTES)
  await store.close?.()
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
