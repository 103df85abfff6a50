import {
  type Clock,
  type DebtChange,
  type DebtState,
  type Due,
  type Journal,
  type JournalHead,
  PoolError,
  type SharedJournal,
} from '@blockpool/core'
import type { Random } from './random.ts'

const LAG_MS = 1_000
/** A hold whose process has died runs out after this long. */
const HOLD_MS = 5_000
const TRIES = 40
const RETRY_MS = 250

/** A journal that lives on a server: processes come and go, calls take their time, and now and then one fails. */
export class SharedJournalFile {
  readonly longestPutMs: number = 10_000
  readonly lagMs: number = LAG_MS
  readonly #random: Random
  readonly #told: (state: DebtState, process: number) => void
  #head: JournalHead | undefined
  #version = 0
  #failing = 0
  readonly #states = new Map<string, DebtState>()
  readonly #log: DebtState[] = []
  /** Who holds a block, and until when. */
  readonly #holders = new Map<string, { readonly process: number; readonly untilMs: number }>()
  /** When it is forgotten that a block was deleted. */
  readonly #deletedUntil = new Map<string, number>()
  #processes = 0

  /** @param told hears of each state that a block comes to owe. */
  constructor(random: Random, told: (state: DebtState, process: number) => void) {
    this.#random = random
    this.#told = told
  }

  /** The next so many calls are refused. */
  fail(calls: number): void {
    this.#failing = calls
  }

  /** Multihashes of blocks for which something is owed. */
  get owed(): readonly Uint8Array[] {
    return [...this.#states.values()].map(({ multihash }) => multihash)
  }

  /** The journal as one process sees it, on the time of that process. */
  open(clock: Clock): Journal {
    const process = ++this.#processes
    let read = this.#log.length
    const answer = <T>(run: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        clock.schedule(this.#random.below(4), () => {
          if (this.#failing > 0) {
            this.#failing--
            reject(new PoolError('ERR_BACKEND', 'the journal does not answer', { retryable: true }))
          } else resolve(run())
        })
      })
    const holder = (multihash: Uint8Array): number | undefined => {
      const held = this.#holders.get(keyOf(multihash))
      return held && held.untilMs > clock.now() ? held.process : undefined
    }
    const take = async (multihash: Uint8Array): Promise<number> => {
      for (let tries = 0; tries < TRIES; tries++) {
        const untilMs = clock.now() + HOLD_MS
        const taken = await answer(() => {
          if (holder(multihash) !== undefined) return false
          this.#holders.set(keyOf(multihash), { process, untilMs: clock.now() + HOLD_MS })
          return true
        })
        if (taken) return untilMs
        await new Promise<void>((resolve) => clock.schedule(RETRY_MS, resolve))
      }
      throw new PoolError('ERR_BACKEND', 'another process does not let go of the block', { retryable: true })
    }
    const shared: SharedJournal = {
      longestPutMs: this.longestPutMs,
      lagMs: LAG_MS,
      merge: (changes) => answer(() => changes.map((change) => this.#merge(change, process, clock.now()))),
      hold: async (multihash) => {
        let untilMs = await take(multihash)
        const renew = (): void => {
          if (holder(multihash) !== process) return
          untilMs = clock.now() + HOLD_MS
          this.#holders.set(keyOf(multihash), { process, untilMs })
          cancel = clock.schedule(HOLD_MS / 4, renew, { background: true })
        }
        let cancel = clock.schedule(HOLD_MS / 4, renew, { background: true })
        return {
          state: this.#stateOf(multihash),
          get lost() {
            return clock.now() >= untilMs
          },
          end: () => {
            cancel()
            return answer(() => {
              if (holder(multihash) === process) this.#holders.delete(keyOf(multihash))
            })
          },
        }
      },
      look: (multihash) =>
        answer(() => ({
          state: this.#stateOf(multihash),
          held: holder(multihash) !== undefined,
          deleted: (this.#deletedUntil.get(keyOf(multihash)) ?? 0) > clock.now(),
        })),
      generation: () => answer(() => this.#head?.generation ?? 0),
      news: () =>
        answer(() => {
          const news = this.#log.slice(read)
          read = this.#log.length
          return news
        }),
    }
    const { debts } = this
    return {
      durability: 'power',
      shared,
      open: async () => {
        this.#head ??= { id: 'shared', generation: 0, clean: true, leastCopies: 1, stores: {} }
        return this.#head
      },
      debts,
      write: (changes) => answer(() => this.#write(changes)),
      close: async () => {},
    }
  }

  readonly debts: Journal['debts'] = async function* (this: SharedJournalFile) {
    for (const { multihash, dues } of this.#states.values()) {
      const of = (kind: string): string[] =>
        dues.filter((due) => due.startsWith(kind)).map((due) => due.slice(kind.length))
      const [deleteFrom, corruptIn] = [of('delete:'), of('corrupt:')]
      yield { multihash, copies: dues.includes('copies'), deleteFrom, corruptIn }
    }
  }.bind(this)

  #stateOf(multihash: Uint8Array): DebtState {
    return this.#states.get(keyOf(multihash)) ?? { multihash, dues: [], version: this.#version }
  }

  #merge({ multihash, owed, paid }: DebtChange, process: number, now: number): DebtState {
    const dues = new Set<Due>(this.#stateOf(multihash).dues)
    for (const due of owed) dues.add(due)
    for (const due of paid) dues.delete(due)
    const pays = paid.some((due) => due.startsWith('delete:'))
    if (pays && owed.includes('copies')) this.#deletedUntil.delete(keyOf(multihash))
    else if (pays) this.#deletedUntil.set(keyOf(multihash), now + this.longestPutMs)
    const state = { multihash, dues: [...dues], version: ++this.#version }
    if (dues.size > 0) this.#states.set(keyOf(multihash), state)
    else this.#states.delete(keyOf(multihash))
    this.#log.push(state)
    this.#told(state, process)
    return state
  }

  #write(changes: Parameters<Journal['write']>[0]): void {
    for (const change of changes) {
      if (change.type !== 'head') continue
      const before = this.#head
      this.#head = {
        ...change.head,
        generation: Math.max((before?.generation ?? 0) + 1, change.head.generation),
        stores: { ...before?.stores, ...change.head.stores },
      }
    }
  }
}

function keyOf(multihash: Uint8Array): string {
  return Buffer.from(multihash).toString('latin1')
}
