import { type FileSystem, fs } from '@blockpool/fs'
import type { Fault, Finding } from '../shared/judge.ts'
import { Ledger } from '../shared/ledger.ts'
import { type Random, seeded } from '../shared/random.ts'
import { Disk } from './disk.ts'
import { filesOf, type Step } from './files.ts'
import { type Cut, imageOf } from './image.ts'
import { judgeImage, STORE } from './judge-image.ts'
import { type Call, Scheduler } from './scheduler.ts'
import { runWorkload, smallBlock } from './workload.ts'

export interface PowerOptions {
  /** Crash points to visit: moments between two calls of the file system. */
  readonly points: number
  /** Disks to look at for each point. @default 2 */
  readonly images?: number | undefined
  readonly seed: number
  /** Of the backend. @default 'power' */
  readonly durability?: 'power' | 'process' | undefined
  /** A file system that does not keep its promises, to prove that the model finds out. */
  readonly wrap?: ((files: FileSystem) => FileSystem) | undefined
  readonly onPoint?: ((done: number) => void) | undefined
}

export interface PowerResult extends Readonly<Record<Fault, number>> {
  readonly points: number
  readonly images: number
  /** Puts and deletes that were acknowledged. */
  readonly acknowledged: number
  /** Power cuts after which the work went on. */
  readonly cuts: number
  readonly findings: readonly Finding[]
}

/** Power cuts that one disk goes through, from the making of the store on. */
const CUTS_A_DISK = 12
const OPERATIONS_A_CUT = 40
/** One in so many points while a store is made: it has a thousand that are much alike. */
const MAKING_STRIDE = 40
const THOROUGH_STRIDE = 25
const FINDINGS_KEPT = 20

/** Cuts the power at every call boundary of a store at work, and judges what may be left. */
export async function runPower(options: PowerOptions): Promise<PowerResult> {
  const run = new Run(options)
  for (let disk = 0; !run.isDone; disk++) await run.useDisk(seeded(options.seed + disk))
  return run.result()
}

class Run {
  readonly #options: PowerOptions
  readonly #counts: Record<Fault, number> = { lost: 0, undone: 0, torn: 0, stale: 0, broken: 0 }
  readonly #findings: Finding[] = []
  #points = 0
  #images = 0
  #acknowledged = 0
  #cuts = 0

  constructor(options: PowerOptions) {
    this.#options = options
  }

  get isDone(): boolean {
    return this.#points >= this.#options.points
  }

  async useDisk(random: Random): Promise<void> {
    const life = { disk: new Disk(), ledger: new Ledger(), identity: undefined as string | undefined }
    try {
      for (let cut = 0; cut < CUTS_A_DISK && !this.isDone; cut++) await this.#live(life, random)
    } catch (error) {
      this.#report('broken', String(error))
    }
    this.#acknowledged += life.ledger.acknowledged
  }

  /** From one power cut to the next, or to the end of the work. */
  async #live(
    life: { disk: Disk; ledger: Ledger; identity: string | undefined },
    random: Random,
  ): Promise<void> {
    const session = new Session(life, random, this.#options, this.#report)
    await session.run((step) => this.#visit(session, step, random))
    life.identity = session.identity
    life.disk = imageOf(session.disk, 'anything', random)
    await settle(life.disk, life.ledger)
    this.#cuts++
  }

  result(): PowerResult {
    return {
      points: this.#points,
      images: this.#images,
      acknowledged: this.#acknowledged,
      cuts: this.#cuts,
      ...this.#counts,
      findings: this.#findings,
    }
  }

  /** Looks at a few disks that the power could leave here. False when it goes, or when enough was seen. */
  async #visit(session: Session, step: Step, random: Random): Promise<boolean> {
    if (session.calls++ % (session.isMaking ? MAKING_STRIDE : 1) > 0) return true
    this.#points++
    const { images = 2, onPoint } = this.#options
    const cuts: readonly Cut[] = [random.pick(['nothing kept', 'everything kept', 'anything']), 'anything']
    for (let i = 0; i < images; i++) {
      this.#images++
      const thoroughly = this.#images % THOROUGH_STRIDE === 0
      const { ledger, identity } = session
      const report = (fault: Fault, detail: string) =>
        this.#report(fault, `${detail}, at point ${this.#points}, before '${step}'`)
      await judgeImage(
        imageOf(session.disk, cuts[i] ?? 'anything', random),
        { ledger, identity, thoroughly },
        report,
      )
    }
    onPoint?.(this.#points)
    return !this.isDone && !session.isOver(random)
  }

  readonly #report = (fault: Fault, detail: string): void => {
    this.#counts[fault]++
    if (this.#findings.length < FINDINGS_KEPT) this.#findings.push({ fault, detail })
  }
}

interface Life {
  readonly disk: Disk
  readonly ledger: Ledger
  readonly identity: string | undefined
}

/** The time from one power cut to the next. */
class Session {
  readonly disk: Disk
  readonly ledger: Ledger
  identity: string | undefined
  calls = 0
  readonly #options: PowerOptions
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #report: (fault: Fault, detail: string) => void
  #opened = false
  /** In some sessions calls fail, which must not harm what was acknowledged. */
  readonly #faulty: boolean

  constructor(
    life: Life,
    random: Random,
    options: PowerOptions,
    report: (fault: Fault, detail: string) => void,
  ) {
    this.disk = life.disk
    this.ledger = life.ledger
    this.identity = life.identity
    this.#options = options
    this.#random = random
    this.#report = report
    this.#faulty = random.oneIn(3)
    this.#scheduler = new Scheduler(random, (call) => this.#fault(call))
    if (!this.disk.root.entries.has('disk')) makeDurableRoot(this.disk)
  }

  /** The store is not there yet. */
  get isMaking(): boolean {
    return this.identity === undefined && !this.#opened
  }

  async run(visit: (step: Step) => Promise<boolean>): Promise<void> {
    await this.#scheduler.run(this.#work(), visit)
  }

  /** The power may go at any time; where the store is being made, seldom. */
  isOver(random: Random): boolean {
    return this.isMaking ? random.oneIn(40) : random.oneIn(150)
  }

  async #work(): Promise<void> {
    const { durability = 'power', wrap = (files) => files } = this.#options
    const fileSystem = wrap(filesOf(this.disk, this.#scheduler.gate))
    const store = fs({ path: STORE, durability, fileSystem })
    await store.open?.()
    this.identity = await store.identity?.()
    this.#opened = true
    await runWorkload({
      store,
      ledger: this.ledger,
      random: this.#random,
      operations: OPERATIONS_A_CUT,
      mayFail: this.#faulty,
      report: this.#report,
    })
    await store.close?.()
  }

  #fault({ random }: Call): string | undefined {
    if (!this.#faulty || !this.#opened || !random.oneIn(30)) return undefined
    return random.pick(['EIO', 'ENOSPC', 'EMFILE'])
  }
}

/** The folder above the store has been there for long. */
function makeDurableRoot(disk: Disk): void {
  const files = filesOf(disk)
  void files.makeFolder('/disk')
  void files.syncFolder('/')
}

/** From now on the disk is as it was found after the power cut. */
async function settle(disk: Disk, ledger: Ledger): Promise<void> {
  const files = filesOf(disk)
  const store = fs({ path: STORE, fileSystem: files })
  for (const n of ledger.expecting('either')) {
    if (!(await hasStore(disk))) ledger.settle(n, false)
    else {
      await store.open?.()
      ledger.settle(n, await store.has(smallBlock(n).cid))
    }
  }
}

async function hasStore(disk: Disk): Promise<boolean> {
  try {
    return disk.find(`${STORE}/blocks`).kind === 'folder'
  } catch {
    return false
  }
}
