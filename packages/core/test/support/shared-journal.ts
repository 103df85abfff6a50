import {
  type DebtChange,
  type DebtState,
  type Due,
  type Journal,
  type JournalHead,
  PoolError,
  type SharedJournal,
} from '../../src/index.ts'
import type { ManualClock } from './clock.ts'

const LAG_MS = 1_000
const HOLD_MS = 10_000

/** A journal in memory that several pools share, as a server would keep it. Every call takes its time. */
export class SharedFile {
  readonly longestPutMs: number
  latencyMs = 1
  #head: JournalHead | undefined
  #version = 0
  readonly #records = new Map<string, DebtState>()
  readonly #log: DebtState[] = []
  readonly #holders = new Map<string, number>()
  readonly #clock: ManualClock
  readonly #deletedUntil = new Map<string, number>()
  #processes = 0

  constructor(clock: ManualClock, longestPutMs = 5_000) {
    this.#clock = clock
    this.longestPutMs = longestPutMs
  }

  /** What is owed for a block. */
  dues(multihash: Uint8Array): readonly Due[] {
    return this.#records.get(keyOf(multihash))?.dues ?? []
  }

  /** The journal as one process sees it; `die` is its end: what it holds runs out. */
  open(): Journal & { die(): void } {
    const process = ++this.#processes
    let read = 0
    let alive = true
    const answer = <T>(run: () => T): Promise<T> =>
      new Promise((resolve) => {
        this.#clock.schedule(this.latencyMs, () => {
          if (alive) resolve(run())
        })
      })
    const take = async (multihash: Uint8Array): Promise<void> => {
      for (let waited = 0; waited < 3 * HOLD_MS; waited += this.latencyMs) {
        const taken = await answer(() => {
          if (this.#holders.has(keyOf(multihash))) return false
          this.#holders.set(keyOf(multihash), process)
          return true
        })
        if (taken) return
      }
      throw new PoolError('ERR_BACKEND', 'another process does not let go', { retryable: true })
    }
    const shared: SharedJournal = {
      longestPutMs: this.longestPutMs,
      lagMs: LAG_MS,
      merge: (changes) => answer(() => changes.map((change) => this.#merge(change))),
      hold: async (multihash) => {
        await take(multihash)
        return {
          state: this.#stateOf(multihash),
          get lost() {
            return !alive
          },
          end: () => answer(() => void this.#holders.delete(keyOf(multihash))),
        }
      },
      look: (multihash) =>
        answer(() => ({
          state: this.#stateOf(multihash),
          held: this.#holders.has(keyOf(multihash)),
          deleted: (this.#deletedUntil.get(keyOf(multihash)) ?? 0) > this.#clock.now(),
        })),
      generation: () => answer(() => this.#head?.generation ?? 0),
      news: () =>
        answer(() => {
          const news = this.#log.slice(read)
          read = this.#log.length
          return news
        }),
    }
    return {
      durability: 'power',
      shared,
      open: async () => {
        this.#head ??= { id: 'shared', generation: 0, clean: true, leastCopies: 1, stores: {} }
        return this.#head
      },
      debts: () => this.#debts(),
      write: async () => {},
      close: async () => {},
      die: () => {
        alive = false
        this.#clock.schedule(HOLD_MS, () => {
          for (const [key, holder] of this.#holders) if (holder === process) this.#holders.delete(key)
        })
      },
    }
  }

  async *#debts(): ReturnType<Journal['debts']> {
    for (const { multihash, dues } of this.#records.values()) {
      const of = (kind: string): string[] =>
        dues.filter((due) => due.startsWith(kind)).map((due) => due.slice(kind.length))
      yield {
        multihash,
        copies: dues.includes('copies'),
        deleteFrom: of('delete:'),
        corruptIn: of('corrupt:'),
      }
    }
  }

  #stateOf(multihash: Uint8Array): DebtState {
    return this.#records.get(keyOf(multihash)) ?? { multihash, dues: [], version: this.#version }
  }

  #merge({ multihash, owed, paid }: DebtChange): DebtState {
    const pays = paid.some((due) => due.startsWith('delete:'))
    if (pays && owed.includes('copies')) this.#deletedUntil.delete(keyOf(multihash))
    else if (pays) this.#deletedUntil.set(keyOf(multihash), this.#clock.now() + this.longestPutMs)
    const dues = new Set(this.dues(multihash))
    for (const due of owed) dues.add(due)
    for (const due of paid) dues.delete(due)
    const record = { multihash, dues: [...dues], version: ++this.#version }
    if (dues.size > 0) this.#records.set(keyOf(multihash), record)
    else this.#records.delete(keyOf(multihash))
    this.#log.push(record)
    return record
  }
}

function keyOf(multihash: Uint8Array): string {
  return multihash.join()
}
