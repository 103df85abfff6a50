import type { DebtChange, DebtState, Due, SharedJournal } from './journal.ts'

/** The parts of a debt, whichever way it is kept. */
interface Parts {
  readonly deleteFrom: Set<string>
  readonly corruptIn: Set<string>
  copies: boolean
}

export function duesOf({ copies, deleteFrom, corruptIn }: Parts): ReadonlySet<Due> {
  const dues = new Set<Due>()
  if (copies) dues.add('copies')
  for (const id of deleteFrom) dues.add(`delete:${id}`)
  for (const id of corruptIn) dues.add(`corrupt:${id}`)
  return dues
}

/** Makes the debt be these dues and no others. */
export function setDues(debt: Parts, dues: readonly Due[]): void {
  debt.deleteFrom.clear()
  debt.corruptIn.clear()
  debt.copies = false
  for (const due of dues) {
    if (due === 'copies') debt.copies = true
    else if (due.startsWith('delete:')) debt.deleteFrom.add(due.slice('delete:'.length))
    else debt.corruptIn.add(due.slice('corrupt:'.length))
  }
}

/** The block was deleted, and that is still to be done again. */
export function isBuried({ dues }: DebtState): boolean {
  return dues.some((due) => due.startsWith('delete:'))
}

interface Waiting {
  readonly key: string
  readonly change: DebtChange
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** What a block has come to owe here that the journal was not told. */
interface Unsent {
  readonly owed: Set<Due>
  readonly paid: Set<Due>
}

/**
 * Keeps what this process knows of debts in step with a journal that other processes write, too: it tells changes and not
 * states, and takes over states in the order in which they came to be, those that its own changes have led to among them.
 */
export class SharedDebts {
  readonly #journal: SharedJournal
  readonly #unsent = new Map<string, Unsent>()
  /** Changes on their way to the journal, by block, in their order. */
  readonly #sending = new Map<string, readonly DebtChange[]>()
  /** States that were not taken over yet, and the newest versions that are known. */
  readonly #arrived = new Map<string, DebtState>()
  readonly #versions = new Map<string, number>()
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(journal: SharedJournal) {
    this.#journal = journal
  }

  /** The block owes something else here than before. */
  changed(key: string, before: ReadonlySet<Due>, after: ReadonlySet<Due>): void {
    const unsent = this.#unsentOf(key)
    for (const due of after) if (!before.has(due)) move(due, unsent.paid, unsent.owed)
    for (const due of before) if (!after.has(due)) move(due, unsent.owed, unsent.paid)
  }

  /** The block owes this, also where it was known to before: another process may have paid it meanwhile. */
  owes(key: string, due: Due): void {
    const { owed, paid } = this.#unsentOf(key)
    move(due, paid, owed)
  }

  #unsentOf(key: string): Unsent {
    const unsent = this.#unsent.get(key) ?? { owed: new Set(), paid: new Set() }
    this.#unsent.set(key, unsent)
    return unsent
  }

  /** What was changed here and not told yet is taken back. */
  withdraw(key: string): void {
    this.#unsent.delete(key)
  }

  /** Tells the journal what has changed. Rejects with what the journal throws. */
  async send(key: string, multihash: Uint8Array): Promise<void> {
    const unsent = this.#unsent.get(key)
    this.#unsent.delete(key)
    const change = { multihash, owed: [...(unsent?.owed ?? [])], paid: [...(unsent?.paid ?? [])] }
    this.#sending.set(key, [...(this.#sending.get(key) ?? []), change])
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ key, change, resolve, reject })
        this.#running ??= this.#flushAll()
      })
    } finally {
      const left = this.#sending.get(key)?.filter((other) => other !== change) ?? []
      if (left.length > 0) this.#sending.set(key, left)
      else this.#sending.delete(key)
    }
  }

  /** A state of the block that the journal has had; older ones than what is known are passed by. */
  arrived(key: string, state: DebtState): void {
    const newest = Math.max(this.#versions.get(key) ?? -1, this.#arrived.get(key)?.version ?? -1)
    if (state.version >= newest) this.#arrived.set(key, state)
  }

  /** The state to take over now, and what the changes on their way will make of it; undefined when there is none. */
  take(key: string): { readonly state: DebtState; readonly dues: readonly Due[] } | undefined {
    const state = this.#arrived.get(key)
    if (!state) return undefined
    this.#arrived.delete(key)
    this.#versions.set(key, state.version)
    const dues = new Set(state.dues)
    for (const { owed, paid } of this.#sending.get(key) ?? []) {
      for (const due of paid) dues.delete(due)
      for (const due of owed) dues.add(due)
    }
    return { state, dues: [...dues] }
  }

  /** No older state comes any more. */
  forgetUpTo(version: number): void {
    for (const [key, known] of this.#versions) if (known <= version) this.#versions.delete(key)
  }

  /** Resolves when the journal has what it was told, or has refused it. */
  async told(): Promise<void> {
    await this.#running
  }

  /** Changes that wait while the journal writes go together. */
  async #flushAll(): Promise<void> {
    await undefined
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const states = await this.#journal.merge(batch.map(({ change }) => change))
        batch.forEach(({ key }, i) => {
          const state = states[i]
          if (state) this.arrived(key, state)
        })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running = undefined
  }
}

/** The later change counts; it is told in any case, since the journal may have changed meanwhile. */
function move(due: Due, from: Set<Due>, to: Set<Due>): void {
  from.delete(due)
  to.add(due)
}
