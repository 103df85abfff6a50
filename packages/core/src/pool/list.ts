import type { CID } from 'multiformats/cid'
import { blockKey } from '../block.ts'
import { type BackendOutcome, errorCode, PoolError } from '../errors.ts'
import { outcomeOf } from '../plan/outcome.ts'
import { DigestSet } from '../state/digest-set.ts'
import { abortable } from './abortable.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'
import { inWords } from './read.ts'

export interface ListOptions {
  readonly signal?: AbortSignal | undefined
  /** Yield what can be listed, and do not end in an error when a backend cannot be. @default false */
  readonly partial?: boolean | undefined
}

/**
 * Every block of the pool once: the union of what its readable backends list. It remembers what it has yielded, in at
 * most 24 bytes a block.
 */
export class Listing {
  readonly #context: PoolContext
  readonly #options: ListOptions
  readonly #outcomes: Record<string, BackendOutcome> = {}
  readonly #moved: CID[] = []
  /** What was yielded, or shall not be. */
  readonly #seen: DigestSet

  constructor(context: PoolContext, options: ListOptions) {
    this.#context = context
    this.#options = options
    this.#seen = new DigestSet(context.random())
  }

  /** A block is being moved between backends: the listing may pass it by on both. */
  moved(cid: CID): void {
    this.#moved.push(cid)
  }

  /** A tombstone ends. The block was deleted when the listing began, and a backend may just have listed it. */
  shown(cid: CID): void {
    this.#seen.add(cid)
  }

  async *run(): AsyncGenerator<CID> {
    const { members, sharing } = this.#context
    if (sharing) await abortable(sharing.refresh(), this.#options.signal)
    const readers = members.readers
    for (const member of members.all) {
      if (member.read && member.unhealthyReason)
        this.#outcomes[member.id] = { outcome: 'transient', reason: member.unhealthyReason }
    }
    this.#context.listings.add(this)
    try {
      for (const member of readers) {
        for await (const cid of this.#of(member)) if (!this.#hides(cid) && this.#seen.add(cid)) yield cid
      }
      for (const cid of this.#moved) if (!this.#hides(cid) && this.#seen.add(cid)) yield cid
    } finally {
      this.#context.listings.delete(this)
    }
    this.#finish()
  }

  /** What one backend lists; its failure is kept for the end. */
  async *#of(member: Member): AsyncGenerator<CID> {
    try {
      yield* member.list(this.#options.signal)
      if ((await this.#context.monitor.unconfirmed([member]))?.length) {
        throw new PoolError('ERR_STORE_GONE', `${member.label}: its store did not identify itself`, {
          retryable: true,
        })
      }
    } catch (error) {
      this.#options.signal?.throwIfAborted()
      this.#context.assertOpen()
      this.#outcomes[member.id] = { outcome: outcomeOf(error), error }
      if (errorCode(error) === 'ERR_STORE_GONE') void this.#context.monitor.check(member)
    }
  }

  /** The block was deleted, and a backend has not confirmed. */
  #hides(cid: CID): boolean {
    const { debts } = this.#context
    return debts.tombstones > 0 && debts.hides(blockKey(cid))
  }

  /** Fewer failed than any block has copies, and nothing else is owed: the others have listed every block. */
  #isComplete(failed: number): boolean {
    const { debts, leastCopies, members } = this.#context
    const forgetful = members.all.filter(
      ({ id, traits }) => !(id in this.#outcomes) && traits.durability === 'none',
    ).length
    return failed === 0 || (failed + forgetful < leastCopies && debts.size === debts.tombstones)
  }

  #finish(): void {
    const failures = Object.values(this.#outcomes)
    if (this.#options.partial || this.#isComplete(failures.length)) return
    const outcomes = this.#outcomes
    throw new PoolError('ERR_UNAVAILABLE', `the listing is not complete: ${inWords(outcomes)}`, {
      outcomes,
      cause: failures.find(({ error }) => error !== undefined)?.error,
      retryable: true,
    })
  }
}
