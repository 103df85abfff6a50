import { PoolError, type PoolOptions } from '@blockpool/core'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Journal = NonNullable<PoolOptions['journal']>
type Change = Parameters<Journal['write']>[0][number]
type Head = (Change & { readonly type: 'head' })['head']
type Debt = (Change & { readonly type: 'owed' })['debt']

interface State {
  readonly head: Head | undefined
  /** By the latin1 of the multihash. */
  readonly debts: ReadonlyMap<string, Debt>
}

interface Write {
  readonly changes: readonly Change[]
  readonly resolve: () => void
}

/**
 * The file of a durable journal, which outlives pools: writes land in their order after a latency, all of their changes
 * or none; a crash keeps some of those in flight, from the front. The file can be lost, or set back to an older copy.
 */
export class JournalFile {
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #latencyMs: number
  #state: State = { head: undefined, debts: new Map() }
  #older: State = this.#state
  #waiting: Write[] = []
  #cancel: (() => void) | undefined
  #failing = 0
  /** Writes that it has refused. */
  refused = 0
  #lives = 0
  /** The life that has it open: it belongs to one at a time. */
  #holder: number | undefined

  constructor(clock: VirtualClock, random: Random, latencyMs: number) {
    this.#clock = clock
    this.#random = random
    this.#latencyMs = latencyMs
  }

  /** The next so many writes are refused. */
  fail(writes: number): void {
    this.#failing = writes
  }

  /** Keeps a copy for `rollBack`. */
  copy(): void {
    this.#older = this.#state
  }

  /** The state that `rollBack` brings back. */
  get older(): Head | undefined {
    return this.#older.head
  }

  rollBack(): void {
    this.#state = this.#older
  }

  lose(): void {
    this.#state = { head: undefined, debts: new Map() }
  }

  /** The process dies: what waits has landed up to some write. */
  crash(): void {
    const landed = this.#random.below(this.#waiting.length + 1)
    for (const write of this.#waiting.slice(0, landed)) this.#land(write)
    this.#end()
  }

  /** The journal as one life of a pool sees it. */
  open(): Journal {
    const life = ++this.#lives
    const debts = async function* (state: State): AsyncGenerator<Debt> {
      yield* state.debts.values()
    }
    return {
      durability: 'power',
      open: async () => {
        if (this.#holder !== undefined && this.#holder !== life)
          throw new PoolError('ERR_BACKEND', 'the journal is in use', { retryable: true })
        this.#holder = life
        return this.#state.head
      },
      debts: () => debts(this.#state),
      write: (changes) => (life === this.#holder ? this.#write(changes) : new Promise(() => {})),
      close: async () => {
        if (life !== this.#holder) return
        while (this.#waiting.length > 0) await this.#write([])
        this.#holder = undefined
      },
    }
  }

  #write(changes: readonly Change[]): Promise<void> {
    if (this.#failing > 0) {
      this.#failing--
      this.refused++
      return Promise.reject(
        new PoolError('ERR_BACKEND', 'the journal cannot be written', { retryable: true }),
      )
    }
    return new Promise((resolve) => {
      this.#waiting.push({ changes, resolve })
      this.#cancel ??= this.#clock.schedule(this.#random.below(this.#latencyMs + 1), () => this.#flush())
    })
  }

  #flush(): void {
    const writes = this.#waiting
    this.#waiting = []
    this.#cancel = undefined
    for (const write of writes) {
      this.#land(write)
      write.resolve()
    }
  }

  #land({ changes }: Write): void {
    let { head } = this.#state
    const debts = new Map(this.#state.debts)
    for (const change of changes) {
      if (change.type === 'head') head = change.head
      else if (change.type === 'owed') debts.set(keyOf(change.debt.multihash), change.debt)
      else debts.delete(keyOf(change.multihash))
    }
    this.#state = { head, debts }
  }

  #end(): void {
    this.#waiting = []
    this.#cancel?.()
    this.#cancel = undefined
    this.#holder = undefined
  }
}

function keyOf(multihash: Uint8Array): string {
  return Buffer.from(multihash).toString('latin1')
}
