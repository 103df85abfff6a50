import type { Clock } from '../clock.ts'
import type { DebtState, Journal, JournalChange, JournalHead } from './journal.ts'
import { duesOf, isBuried, SharedDebts, setDues } from './shared-debts.ts'

/** What is owed for one block, as the pool works on it. */
export interface OpenDebt {
  readonly multihash: Uint8Array
  /** Backends whose copy must still be deleted. */
  readonly deleteFrom: Set<string>
  /** The delete stands in the journal, so the block is hidden. */
  hidden: boolean
  /** Copies may lack. */
  copies: boolean
  /** Backends with a corrupt copy. */
  readonly corruptIn: Set<string>
  /** Attempts to pay it that did not settle it. */
  attempts: number
  /** When to try next, in the clock's milliseconds. */
  dueAt: number
  /** Until then no delete counts as confirmed: a put of another process may still leave a copy. */
  keepUntil: number
}

/** What the pool is told of its debts. */
export interface DebtEvents {
  /** Another process may have changed what the block owes. */
  learned(key: string): void
  /** No tombstone hides the block any more. */
  shown(multihash: Uint8Array): void
}

/**
 * What the pool owes, by block: deletes that backends have not confirmed, copies that lack, copies that are corrupt. Kept
 * in memory and in the journal; what a caller must be able to rely on is awaited, the rest follows.
 */
export class Debts {
  readonly #journal: Journal
  readonly #clock: Clock
  /** Undefined where the journal belongs to this pool alone. */
  readonly #shared: SharedDebts | undefined
  readonly #events: DebtEvents
  readonly #open = new Map<string, OpenDebt>()
  #waiting: JournalChange[] = []
  /** The batch that is being written, and the one that waits for it. */
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  #hidden = 0
  /** Blocks that the journal may have a tombstone of, and which one: confirmations reach it late, or never. */
  readonly #entombed = new Map<string, number>()
  #lastTomb = 0
  #changes = 0

  constructor(journal: Journal, clock: Clock, events: DebtEvents) {
    this.#journal = journal
    this.#clock = clock
    this.#events = events
    this.#shared = journal.shared && new SharedDebts(journal.shared)
  }

  get size(): number {
    return this.#open.size
  }

  /** Blocks that are hidden because a delete is not confirmed. */
  get tombstones(): number {
    return this.#hidden
  }

  /** Changes that the journal was told since the pool was made. */
  get changes(): number {
    return this.#changes
  }

  of(key: string): OpenDebt | undefined {
    return this.#open.get(key)
  }

  /** The block was deleted, and a backend has not confirmed. */
  hides(key: string): boolean {
    return this.#hidden > 0 && (this.#open.get(key)?.hidden ?? false)
  }

  /** Tombstones that stand in the journal, or may. */
  get tombs(): number {
    return this.#entombed.size
  }

  /** A tombstone of the block stands in the journal, or may: it must be lifted before a put is acknowledged. */
  isBuried(key: string): boolean {
    return this.#entombed.has(key)
  }

  entries(): IterableIterator<[string, OpenDebt]> {
    return this.#open.entries()
  }

  /** Takes over what the journal has. @param keyOf the block key of a multihash. */
  async load(keyOf: (multihash: Uint8Array) => string): Promise<void> {
    this.#open.clear()
    this.#entombed.clear()
    this.#hidden = 0
    for await (const debt of this.#journal.debts()) {
      const open = blank(debt.multihash)
      for (const id of debt.deleteFrom) open.deleteFrom.add(id)
      for (const id of debt.corruptIn) open.corruptIn.add(id)
      open.copies = debt.copies
      const key = keyOf(debt.multihash)
      this.#open.set(key, open)
      if (open.deleteFrom.size === 0) continue
      open.keepUntil = this.#keepUntil()
      this.#entomb(key)
      this.#hide(key, true)
    }
  }

  /**
   * Records that the block is to be deleted from these backends. It is hidden when the journal has it.
   * @throws what the journal throws; then nothing more is owed than before.
   */
  async bury(key: string, multihash: Uint8Array, backends: readonly string[]): Promise<void> {
    const before = this.#changeOf(key, multihash)
    // Also when the write fails: it may have been done.
    this.#entomb(key)
    this.#change(key, multihash, (debt) => {
      for (const id of backends) debt.deleteFrom.add(id)
      debt.copies = false
      debt.keepUntil = this.#keepUntil()
    })
    await this.#writeOrUndo(key, multihash, before)
    this.#hide(key, true)
  }

  /** A backend has confirmed the delete. The journal follows: deleting again does no harm. */
  buried(key: string, backend: string): void {
    const debt = this.#open.get(key)
    if (!debt?.deleteFrom.has(backend) || this.#clock.now() < debt.keepUntil) return
    if (debt.deleteFrom.size === 1) this.#hide(key, false)
    this.#change(key, debt.multihash, (d) => {
      d.deleteFrom.delete(backend)
      d.corruptIn.delete(backend)
    })
    void this.#record(key, debt.multihash).catch(() => {})
  }

  /**
   * Lifts the tombstone, because the block was put again. It shows when the journal has it.
   * @throws what the journal throws; then the block stays hidden.
   */
  async unbury(key: string, multihash: Uint8Array): Promise<void> {
    if (!this.isBuried(key)) return
    const before = this.#changeOf(key, multihash)
    if (this.#open.has(key)) {
      this.#change(key, multihash, (debt) => {
        debt.deleteFrom.clear()
        debt.copies = true
      })
    }
    await this.#writeOrUndo(key, multihash, before)
    this.#hide(key, false)
  }

  /** Copies of the block may lack. Resolves when the journal has it; effective at once. */
  async lacks(key: string, multihash: Uint8Array): Promise<void> {
    if (this.#open.get(key)?.copies && !this.#shared) return
    this.#change(key, multihash, (debt) => {
      debt.copies = true
    })
    this.#shared?.owes(key, 'copies')
    await this.#record(key, multihash)
  }

  /** A backend's copy does not match. The journal follows: the copy would be found again. */
  corrupt(key: string, multihash: Uint8Array, backend: string): void {
    if (this.#open.get(key)?.corruptIn.has(backend) && !this.#shared) return
    this.#change(key, multihash, (debt) => debt.corruptIn.add(backend))
    this.#shared?.owes(key, `corrupt:${backend}`)
    void this.#record(key, multihash).catch(() => {})
  }

  /** The backend's copy has been written again, or is gone. */
  healed(key: string, backend: string): void {
    const debt = this.#open.get(key)
    if (!debt?.corruptIn.has(backend)) return
    this.#change(key, debt.multihash, (d) => d.corruptIn.delete(backend))
    void this.#record(key, debt.multihash).catch(() => {})
  }

  /** The block has its copies. */
  replicated(key: string): void {
    const debt = this.#open.get(key)
    if (!debt?.copies) return
    this.#change(key, debt.multihash, (d) => {
      d.copies = false
    })
    void this.#record(key, debt.multihash).catch(() => {})
  }

  /** A backend is not there any more: nothing is owed to it. */
  forget(backend: string): void {
    for (const key of [...this.#open.keys()]) {
      this.buried(key, backend)
      this.healed(key, backend)
    }
  }

  /**
   * Forgets all deletes: the journal is older than what the backends hold, and blocks may have been put again since.
   * @throws what the journal throws.
   */
  async forgiveDeletes(): Promise<void> {
    const buried = [...this.#open].filter(([, debt]) => debt.deleteFrom.size > 0)
    const written = buried.map(([key, { multihash }]) => {
      this.#hide(key, false)
      this.#change(key, multihash, (debt) => debt.deleteFrom.clear())
      return this.#record(key, multihash)
    })
    await Promise.all(written)
  }

  /** Takes over what a shared journal has, unless something newer is known. */
  learn(key: string, state: DebtState): void {
    this.#shared?.arrived(key, state)
    this.#takeOver(key)
  }

  /** All news up to this version are known. */
  knowsUpTo(version: number): void {
    this.#shared?.forgetUpTo(version)
  }

  /** Writes the head. Resolves when the journal has it. */
  head(head: JournalHead): Promise<void> {
    return this.#write({ type: 'head', head })
  }

  /** Resolves when the journal has what it was told so far, or has refused it. */
  async told(): Promise<void> {
    await (this.#next ?? this.#running).catch(() => {})
    await this.#shared?.told()
  }

  /** Resolves when the journal has everything. */
  async flushed(): Promise<void> {
    while (this.#next) await this.#next.catch(() => {})
    await this.#running.catch(() => {})
    await this.#shared?.told()
  }

  #keepUntil(): number {
    const { shared } = this.#journal
    return shared ? this.#clock.now() + shared.longestPutMs : 0
  }

  #change(key: string, multihash: Uint8Array, change: (debt: OpenDebt) => void): void {
    const debt = this.#open.get(key) ?? blank(multihash)
    this.#open.set(key, debt)
    const before = this.#shared && duesOf(debt)
    change(debt)
    if (before) this.#shared?.changed(key, before, duesOf(debt))
    debt.attempts = 0
    debt.dueAt = 0
    if (isPaid(debt)) this.#open.delete(key)
  }

  #hide(key: string, hidden: boolean): void {
    const debt = this.#open.get(key)
    if (!debt || debt.hidden === hidden) return
    debt.hidden = hidden
    this.#hidden += hidden ? 1 : -1
    if (!hidden) this.#events.shown(debt.multihash)
  }

  /** What the journal is told of the block now. */
  #changeOf(key: string, multihash: Uint8Array): JournalChange {
    const debt = this.#open.get(key)
    if (!debt) return { type: 'paid', multihash }
    const { copies, deleteFrom, corruptIn } = debt
    return {
      type: 'owed',
      debt: { multihash, copies, deleteFrom: [...deleteFrom], corruptIn: [...corruptIn] },
    }
  }

  #entomb(key: string): void {
    this.#entombed.set(key, ++this.#lastTomb)
  }

  /** Tells the journal how the block stands. */
  async #record(key: string, multihash: Uint8Array): Promise<void> {
    this.#changes++
    const change = this.#changeOf(key, multihash)
    const tomb = this.#entombed.get(key)
    if (this.#shared) await this.#share(this.#shared, key, multihash)
    else await this.#write(change)
    const lifted = change.type !== 'owed' || change.debt.deleteFrom.length === 0
    if (lifted && this.#entombed.get(key) === tomb) this.#entombed.delete(key)
  }

  async #writeOrUndo(key: string, multihash: Uint8Array, before: JournalChange): Promise<void> {
    try {
      await this.#record(key, multihash)
    } catch (error) {
      this.#change(key, multihash, (debt) => {
        const was = before.type === 'owed' ? before.debt : undefined
        debt.deleteFrom.clear()
        for (const id of was?.deleteFrom ?? []) debt.deleteFrom.add(id)
        debt.copies = was?.copies ?? false
      })
      this.#shared?.withdraw(key)
      throw error
    }
  }

  async #share(shared: SharedDebts, key: string, multihash: Uint8Array): Promise<void> {
    try {
      await shared.send(key, multihash)
    } finally {
      this.#takeOver(key)
    }
  }

  /** The block owes what the shared journal says, where that is newer than what is known here. */
  #takeOver(key: string): void {
    const taken = this.#shared?.take(key)
    if (!taken) return
    const debt = this.#open.get(key) ?? blank(taken.state.multihash)
    this.#hide(key, false)
    setDues(debt, taken.dues)
    if (isPaid(debt)) this.#open.delete(key)
    else this.#open.set(key, debt)
    if (debt.deleteFrom.size === 0) debt.keepUntil = 0
    else debt.keepUntil ||= this.#keepUntil()
    // What the journal has hides the block, and not what is on its way there.
    if (isBuried(taken.state)) {
      this.#entomb(key)
      this.#hide(key, true)
    } else if (debt.deleteFrom.size === 0) this.#entombed.delete(key)
    this.#events.learned(key)
  }

  /** Changes that wait while the journal writes go together, in order. */
  #write(change: JournalChange): Promise<void> {
    this.#waiting.push(change)
    this.#next ??= this.#running.catch(() => {}).then(() => this.#flush())
    return this.#next
  }

  #flush(): Promise<void> {
    const changes = this.#waiting
    this.#waiting = []
    this.#next = undefined
    this.#running = this.#journal.write(changes)
    return this.#running
  }
}

function blank(multihash: Uint8Array): OpenDebt {
  return {
    multihash,
    deleteFrom: new Set(),
    hidden: false,
    copies: false,
    corruptIn: new Set(),
    attempts: 0,
    dueAt: 0,
    keepUntil: 0,
  }
}

function isPaid(debt: OpenDebt): boolean {
  return debt.deleteFrom.size === 0 && !debt.copies && debt.corruptIn.size === 0
}
