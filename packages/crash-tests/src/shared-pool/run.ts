import { setTimeout as sleep } from 'node:timers/promises'
import type { StoragePool } from '@blockpool/core'
import { sqlite } from '@blockpool/sqlite'
import { numberedBlock } from '../shared/blocks.ts'
import { freshSeed, type Random, seeded } from '../shared/random.ts'
import { startWorker, type Worker } from '../shared/worker.ts'
import { History, type Interval } from './history.ts'
import { type Job, now, type Said } from './lines.ts'
import { LAG_MS, openPlace, type Place } from './place.ts'

export interface SharedPoolOptions {
  readonly place: Place
  readonly processes: number
  readonly rounds: number
  /** Of each process in each round. */
  readonly operations: number
  /** Kill a process in some of the rounds, and start another one. */
  readonly kills: boolean
  readonly seed?: number | undefined
  readonly onRound?: ((done: number) => void) | undefined
}

export interface SharedPoolResult {
  readonly acknowledged: number
  readonly kills: number
  /** Acknowledged blocks that were not there, and deleted ones that were. Must be 0. */
  readonly lost: number
  readonly undone: number
  /** Copies that were taken away at the end, and times that one was written again. */
  readonly removed: number
  readonly repaired: number
  /** Operations that ended in an error, by code. */
  readonly failures: Readonly<Record<string, number>>
  readonly findings: readonly string[]
}

const BLOCKS = 24
const MAX_BLOCK_BYTES = 2_048
/** What a killed process had sent may land for so long. */
const LATE_MS = 500
const LONGEST_ROUND_MS = 60_000
const PAID_MS = 60_000

/** Several processes put, delete and get the same blocks of one pool, and all of them must see the same in the end. */
export async function runSharedPool(options: SharedPoolOptions): Promise<SharedPoolResult> {
  const run = new Run(options)
  try {
    return await run.go()
  } finally {
    await run.stop()
  }
}

class Run {
  readonly #options: SharedPoolOptions
  readonly #random: Random
  readonly #histories = Array.from({ length: BLOCKS }, () => new History())
  readonly #findings: string[] = []
  readonly #counts = { acknowledged: 0, kills: 0, lost: 0, undone: 0, repaired: 0 }
  readonly #failures: Record<string, number> = {}
  #members: Member[] = []
  #pool: StoragePool | undefined

  constructor(options: SharedPoolOptions) {
    this.#options = options
    this.#random = seeded(options.seed ?? freshSeed())
  }

  async go(): Promise<SharedPoolResult> {
    const { processes, rounds, place } = this.#options
    this.#pool = await openPlace(place)
    this.#members = await Promise.all(Array.from({ length: processes }, () => this.#start()))
    for (let round = 0; round < rounds; round++) {
      await this.#round()
      await this.#judge(`round ${round}`)
      this.#options.onRound?.(round + 1)
    }
    await this.#paid()
    await this.#judge('the end')
    const removed = await this.#takeCopies()
    const { ...counts } = this.#counts
    return { ...counts, removed, failures: this.#failures, findings: this.#findings }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()))
    await this.#pool?.close()
  }

  async #start(): Promise<Member> {
    const job: Job = { place: this.#options.place, seed: this.#random.next(), blocks: BLOCKS }
    const member = new Member(job, this.#histories, this.#findings)
    await member.opened
    return member
  }

  async #round(): Promise<void> {
    const { kills, operations } = this.#options
    const victim = kills && this.#random.oneIn(2) ? this.#random.below(this.#members.length) : -1
    await Promise.all(
      this.#members.map(async (member, at) => {
        const done = member.round(operations)
        if (at !== victim) return done
        await Promise.race([done, sleep(this.#random.below(300))])
        await member.kill()
        this.#counts.kills++
        await sleep(LATE_MS)
        for (const history of this.#histories) history.settle(now())
        this.#note(member)
        this.#members[at] = await this.#start()
      }),
    )
  }

  /** Nothing is under way: every block is there, or not, as the changes before leave no other choice. */
  async #judge(when: string): Promise<void> {
    await sleep(2 * LAG_MS)
    for (const [n, history] of this.#histories.entries()) {
      const { cid } = numberedBlock(n, MAX_BLOCK_BYTES)
      const { expectation } = history
      const there = await this.#sure().has(cid)
      if (expectation === 'present' && !there)
        this.#wrong('lost', `${when}: block ${n} was acknowledged and is gone`)
      if (expectation === 'absent' && there)
        this.#wrong('undone', `${when}: block ${n} was deleted and is there`)
      // What is not decided yet may still be finished by the debts that a killed process has left.
      if (expectation !== 'either') history.seen(there, now())
    }
  }

  /** Nothing is owed any more, in any process. */
  async #paid(): Promise<void> {
    const deadline = now() + PAID_MS
    while (this.#sure().stats().debts > 0 && now() < deadline) await sleep(50)
    const { debts } = this.#sure().stats()
    if (debts > 0) this.#findings.push(`${debts} debts are not paid`)
  }

  /** Takes copies away behind the pool's back: a scrub of one process finds them, and one process writes each again. */
  async #takeCopies(): Promise<number> {
    const { place } = this.#options
    const raw = sqlite({ path: `${place.folder}/blocks.db`, synchronous: 'normal' })
    await raw.open?.()
    let removed = 0
    for (let n = 0; n < BLOCKS; n++) {
      const block = numberedBlock(n, MAX_BLOCK_BYTES)
      await this.#sure().put(block)
      if (!(await raw.has(block.cid))) continue
      await raw.delete(block.cid)
      removed++
    }
    await raw.close?.()
    await this.#paid()
    const before = await this.#repairs()
    await this.#sure().scrub()
    await this.#paid()
    await sleep(2 * LAG_MS)
    this.#counts.repaired = (await this.#repairs()) - before
    for (let n = 0; n < BLOCKS; n++) {
      const located = await this.#sure().locate(numberedBlock(n, MAX_BLOCK_BYTES).cid)
      const copies = located.filter(({ state }) => state === 'present').length
      if (copies < 2) this.#findings.push(`block ${n} has ${copies} copies after a scrub`)
    }
    for (const member of this.#members) this.#note(member)
    return removed
  }

  /** Copies that all processes have written again. */
  async #repairs(): Promise<number> {
    await Promise.all(this.#members.map((member) => member.round(0)))
    const ours = this.#sure().stats().repairs
    return this.#members.reduce((sum, { repairs }) => sum + repairs, ours)
  }

  #note({ acknowledged, failures }: Member): void {
    this.#counts.acknowledged += acknowledged
    for (const [code, count] of Object.entries(failures))
      this.#failures[code] = (this.#failures[code] ?? 0) + count
  }

  #wrong(what: 'lost' | 'undone', finding: string): void {
    this.#counts[what]++
    this.#findings.push(finding)
  }

  #sure(): StoragePool {
    if (!this.#pool) throw new Error('the pool is not open')
    return this.#pool
  }
}

/** One process, as the run sees it. */
class Member {
  acknowledged = 0
  repairs = 0
  failures: Readonly<Record<string, number>> = {}
  readonly opened: Promise<void>
  readonly #worker: Worker
  readonly #histories: readonly History[]
  readonly #findings: string[]
  readonly #open = new Map<number, Interval>()
  #done: (() => void) | undefined

  constructor(job: Job, histories: readonly History[], findings: string[]) {
    this.#histories = histories
    this.#findings = findings
    const opened = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.#worker = startWorker({
      module: new URL('member.ts', import.meta.url),
      args: [JSON.stringify(job)],
      onLine: (line) => this.#hear(JSON.parse(line), opened.resolve),
    })
    void this.#worker.ended.then((code) => opened.reject(new Error(`a process ended with ${code}`)))
    opened.promise.catch(() => {})
  }

  async round(operations: number): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#done = resolve
    })
    this.#worker.send(String(operations))
    const limit = sleep(LONGEST_ROUND_MS, 'late', { ref: false })
    const how = await Promise.race([done, this.#worker.ended.then(() => {}), limit])
    if (how === 'late') this.#findings.push('a round did not end')
  }

  kill(): Promise<void> {
    return this.#worker.kill()
  }

  #hear(said: Said, opened: () => void): void {
    if (said.is === 'open') opened()
    else if (said.is === 'wrong') this.#findings.push(said.what)
    else if (said.is === 'begun') {
      const interval = this.#histories[said.n]?.begin(said.kind, said.at)
      if (interval) this.#open.set(said.id, interval)
    } else if (said.is === 'ended') this.#end(said)
    else {
      this.repairs = said.repairs
      this.failures = said.failures
      this.#done?.()
    }
  }

  #end({ id, acknowledged, at }: Said & { readonly is: 'ended' }): void {
    const interval = this.#open.get(id)
    if (!interval) return
    this.#open.delete(id)
    interval.to = at
    interval.acknowledged = acknowledged
    if (acknowledged) this.acknowledged++
  }
}
