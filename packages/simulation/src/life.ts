import { createPool, errorCode, type StoragePool } from '@blockpool/core'
import type { Settled } from './driver.ts'
import type { Operations } from './operations.ts'
import type { Site } from './site.ts'
import type { Step } from './steps.ts'
import type { ClockView } from './virtual-clock.ts'

/** Times that a pool may fail to open before its disks are healed, before its journal is given up, and before that is a violation. */
const PATIENCE = 3
/** Opening and closing take this long at most, in milliseconds. */
const LIFETIME_LIMIT_MS = 3_600_000

/** The pool's own coarse timer, in milliseconds. */
const SWEEP_MS = 25

/** The pool under test, possibly wrapped. */
export type Wrap = (pool: StoragePool) => StoragePool

/** The lives of the pool: opened, crashed, closed; its operator adds, removes and configures backends. */
export class Life {
  readonly #site: Site
  readonly #operations: Operations
  readonly #wrap: Wrap
  #pool: StoragePool | undefined
  #view: ClockView | undefined
  #lives = 0
  /** A backend was refused because it belongs with another journal, and the operator has been told. */
  #journalRefused = false

  constructor(site: Site, operations: Operations, wrap: Wrap) {
    this.#site = site
    this.#operations = operations
    this.#wrap = wrap
  }

  get pool(): StoragePool {
    if (!this.#pool) throw new Error('no pool is open')
    return this.#pool
  }

  /** False when it cannot be opened, which is a violation; `older` says that its journal is not the newest. */
  async open(older = false): Promise<boolean> {
    const { world, driver, strategy, journal } = this.#site
    let accept = this.#journalRefused
    this.#journalRefused = false
    this.#site.closing = false
    if (this.#site.attached.size === 0) this.#startWithOne()
    for (let tries = 0; tries < 3 * PATIENCE; tries++) {
      if (tries === PATIENCE) for (const disk of this.#site.disks) disk.heal()
      if (tries === 2 * PATIENCE) this.#startOver()
      const view = this.#site.clock.view()
      const opening: Promise<StoragePool> = createPool({
        strategy,
        backends: this.#site.entries(),
        copies: world.copies,
        writeQuorum: world.writeQuorum,
        durability: world.durability,
        healthIntervalMs: world.healthIntervalMs,
        maxHints: world.maxHints,
        hedge: world.hedge,
        journal: journal?.open(),
        acceptJournalLoss: accept,
        clock: view,
        seed: this.#site.random.uint32(),
        onEvent: (event) => {
          this.#site.trace.add(this.#site.clock.now(), 'event', event.type, -1)
          if (event.type === 'unhealthy' && errorCode(event.error) === 'ERR_JOURNAL_LOST')
            this.#journalRefused = true
        },
      })
      const opened: Settled<StoragePool> | undefined = await driver.settle(opening, LIFETIME_LIMIT_MS)
      if (opened?.ok) {
        if (older && !accept) this.#site.violate('error', 'an older journal was taken for the newest')
        this.#view = view
        this.#pool = this.#wrap(opened.value)
        this.#lives++
        // What another journal knew is not known any more.
        if (accept) this.#site.forgetDebts()
        return true
      }
      view.kill()
      accept ||= opened?.ok === false && errorCode(opened.error) === 'ERR_JOURNAL_LOST'
      if (opened && errorCode(opened.error) === undefined)
        this.#site.violate('error', `createPool rejected with ${String(opened.error)}`)
      await driver.pass(1_000)
    }
    this.#site.violate('stuck', 'the pool cannot be opened')
    return false
  }

  /** All backends were removed, and none came in their place: a pool needs one. */
  #startWithOne(): void {
    this.#site.attached.add(0)
    this.#site.forgetDebts()
  }

  /** Every store is another one than before: only a new journal fits them. */
  #startOver(): void {
    this.#site.journal?.lose()
    this.#site.forgetDebts()
  }

  async crash(journal?: 'lost' | 'rolled back'): Promise<boolean> {
    const { random, world, disks, backends, fired } = this.#site
    fired['crash and restart']++
    this.#site.crashes++
    this.#pool = undefined
    this.#site.trace.add(this.#site.clock.now(), 'crash', 'pool', -1)
    for (const backend of backends.values()) backend.kill()
    this.#view?.kill()
    const tears = world.faults.includes('torn write')
    for (const disk of disks) disk.crash(random, tears)
    this.#operations.crash()
    this.#site.leaving.clear()
    this.#site.forsaken.clear()
    this.#site.journal?.crash()
    if (journal === 'lost') this.#site.journal?.lose()
    else if (journal && !this.#rollBack()) return this.open()
    if (journal || !this.#site.journal) this.#site.forgetDebts()
    return this.open(journal === 'rolled back' && this.#site.journal !== undefined)
  }

  /** An older journal stands in the place of the newest; false where no store is there that knows of a newer one. */
  #rollBack(): boolean {
    const { attached, journal, disks } = this.#site
    if (!journal) return true
    for (const disk of disks) disk.heal()
    const knows = disks.some(
      (disk) => attached.has(disk.index) && isNewer(disk.note, journal.older?.generation),
    )
    if (knows) journal.rollBack()
    return knows
  }

  /** Closes the pool; false when that is a violation. */
  async close(): Promise<boolean> {
    const { driver, random, attached, disks, journal } = this.#site
    const { pool } = this
    this.#site.closing = true
    const refused = journal?.refused
    const closed = await driver.settle(pool.close(), LIFETIME_LIMIT_MS)
    await driver.until(() => this.#operations.pending === 0, 1_000)
    // The journal cannot say that the pool was closed in good order, and that is told.
    if (!closed?.ok && (!closed || journal?.refused === refused)) {
      this.#site.violate(
        'stuck',
        closed ? `close rejected with ${String(closed.error)}` : 'close never settles',
      )
      return false
    }
    if (this.#operations.pending > 0)
      this.#site.violate('stuck', `${this.#operations.pending} operations are left behind by close`)
    if (!this.#site.promises.quietClose) await driver.pass(4 * SWEEP_MS)
    if (this.#view && this.#view.pending > 0)
      this.#site.violate('leak', `${this.#view.pending} scheduled tasks are left behind by close`)
    // Late effects have landed or never will.
    for (const disk of disks) {
      if (attached.has(disk.index)) for (const flight of [...disk.flights]) flight.close(random)
      if (disk.plan.durability === 'none') disk.forget()
    }
    this.#site.leaving.clear()
    this.#site.forsaken.clear()
    if (!this.#site.journal) this.#site.forgetDebts()
    return true
  }

  async restart(): Promise<boolean> {
    this.#site.trace.add(this.#site.clock.now(), 'restart', 'pool', -1)
    return (await this.close()) && this.open()
  }

  add(disk: number, adopt: boolean): void {
    const { attached, model, leaving } = this.#site
    if (attached.has(disk) || leaving.has(disk)) return
    // Adopting is a put of each block that is there.
    const held = adopt ? this.#blocksOn(disk) : []
    const attempts = held.map((block) => model.begin('put', block, 1))
    leaving.add(disk)
    const end = (added: boolean): void => {
      leaving.delete(disk)
      for (const attempt of attempts) model.end(attempt, false)
      if (added) attached.add(disk)
      this.#site.changed()
    }
    const adding = this.pool.add(this.#site.idOf(disk), this.#site.entry(disk), { adopt })
    this.#operations.watch(
      'add',
      adding,
      () => end(true),
      () => end(false),
    )
  }

  /** Resolves when it is known whether the disk has gone. */
  remove(disk: number, force: boolean, least = 2): Promise<boolean> {
    const { attached, forsaken, leaving, model, clock, promises } = this.#site
    // The last one stays, unless it comes again.
    if (!attached.has(disk) || leaving.has(disk) || attached.size - leaving.size < least)
      return Promise.resolve(false)
    leaving.add(disk)
    if (force) forsaken.add(disk)
    this.#site.changed()
    const startedAt = clock.now()
    const mayReturn = (): void => {
      if (!promises.tombstonesAtRemove) for (const block of held) model.mayReturn(block)
    }
    const held = this.#blocksOn(disk)
    mayReturn()
    return new Promise((resolve) => {
      const end = (removed: boolean): void => {
        leaving.delete(disk)
        forsaken.delete(disk)
        if (removed) attached.delete(disk)
        mayReturn()
        const unseen = !promises.storeAtRemove && this.#site.disk(disk).wasAway(startedAt)
        if (removed && (force || unseen)) for (const block of this.#blocksOn(disk)) model.lose(block, disk)
        this.#site.changed()
        resolve(removed)
      }
      const removing = this.pool.remove(this.#site.idOf(disk), { force })
      this.#operations.watch(
        'remove',
        removing,
        () => end(true),
        () => end(false),
      )
    })
  }

  scrub(): void {
    this.#operations.watch(
      'scrub',
      this.pool.scrub(),
      () => {},
      () => {},
    )
  }

  /** Another pool, of another process, on the same journal: it is refused, and does nothing. */
  second(): void {
    const { clock, journal, strategy } = this.#site
    if (!journal) return
    const view = clock.view()
    const disk = [...this.#site.attached][0] ?? 0
    const opening = createPool({
      strategy,
      backends: { [this.#site.idOf(disk)]: this.#site.foreignEntry(disk) },
      journal: journal.open(),
      clock: view,
    })
    opening.then(
      () => this.#site.violate('error', 'two pools are open on one journal'),
      (error: unknown) => {
        if (errorCode(error) !== 'ERR_BACKEND')
          this.#site.violate('error', `a second pool on the journal was refused with ${String(error)}`)
        view.kill()
      },
    )
  }

  configure({ disk, settings, forMs }: Step & { readonly do: 'configure' }): void {
    if (!this.#isBackend(disk)) return
    this.#set(disk, settings)
    const { priority } = this.#site.disk(disk).plan.settings
    this.#later(forMs, () => this.#set(disk, { read: true, write: true, priority }))
  }

  setHealth(disk: number, forMs: number): void {
    if (!this.#isBackend(disk)) return
    this.pool.setHealth(this.#site.idOf(disk), false)
    this.#later(forMs, () => {
      if (this.#isBackend(disk)) this.pool.setHealth(this.#site.idOf(disk), true)
    })
  }

  /** A disk whose store is another one than before is taken in again, with what is there. */
  async accept(disk: number): Promise<void> {
    if (!this.#pool || this.#site.closing) return
    const stats = this.pool.stats().backends[this.#site.idOf(disk)]
    if (stats?.unhealthyReason !== 'store changed') return
    if (await this.remove(disk, true, 1)) this.add(disk, true)
  }

  /** Everything that an operator can put right is put right. */
  async recover(): Promise<void> {
    // What was meant to be undone later is undone now.
    this.#lives++
    for (const disk of this.#site.attached) {
      this.#set(disk, { read: true, write: true })
      this.pool.setHealth(this.#site.idOf(disk), true)
    }
    // A store that was changed a moment ago is known by then.
    await this.#site.driver.pass(3 * this.#site.world.healthIntervalMs)
    for (const disk of [...this.#site.attached]) {
      const accepting = this.accept(disk)
      await this.#site.driver.settle(accepting, LIFETIME_LIMIT_MS)
      await this.#site.driver.until(() => this.#operations.pending === 0, LIFETIME_LIMIT_MS)
    }
    // The way out that the error names: open again, and accept it.
    if (this.#journalRefused) await this.restart()
  }

  /** In this life of the pool, after so long. */
  #later(ms: number, task: () => void): void {
    const life = this.#lives
    this.#site.clock.schedule(ms, () => {
      if (this.#pool && life === this.#lives) task()
    })
  }

  #set(disk: number, settings: object): void {
    this.#site.configure(disk, settings)
    if (!this.#isBackend(disk)) return
    this.pool.configure(this.#site.idOf(disk), settings)
    this.#site.changed()
  }

  /** A removal may have ended without our having been told yet. */
  #isBackend(disk: number): boolean {
    return this.#site.attached.has(disk) && this.pool.stats().backends[this.#site.idOf(disk)] !== undefined
  }

  #blocksOn(disk: number): readonly number[] {
    const { firstBlock, blocks } = this.#site.world
    const held = this.#site.disk(disk)
    return [...new Set([...held.held.keys(), ...held.stored.keys()])]
      .map((index) => index - firstBlock)
      .filter((block) => block >= 0 && block < blocks)
  }
}

/** What a store has noted is of a newer state than this. */
function isNewer(note: string | undefined, generation = 0): boolean {
  return note !== undefined && note !== '' && JSON.parse(note).generation > generation
}
