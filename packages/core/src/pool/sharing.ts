import { blockKey, cidFromMultihash } from '../block.ts'
import { PoolError } from '../errors.ts'
import type { DebtLook, Hold, SharedJournal } from '../state/journal.ts'
import { isBuried } from '../state/shared-debts.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'

/** Lets other processes change the block, as soon as nothing that was sent here can land any more. */
export type Release = () => void

/**
 * What the pools of several processes do together over a shared journal: one of them at a time deletes, repairs or moves a
 * block, and each learns what the others owe.
 */
export class Sharing {
  readonly #context: PoolContext
  readonly #journal: SharedJournal
  readonly #holds = new Map<string, Hold>()
  #cancel: (() => void) | undefined
  #listening: Promise<void> = Promise.resolve()

  constructor(context: PoolContext, journal: SharedJournal) {
    this.#context = context
    this.#journal = journal
  }

  start(): void {
    const { clock } = this.#context.options
    this.#cancel = clock.schedule(this.#journal.lagMs / 2, () => void this.#round(), { background: true })
  }

  /** Leaves no timer behind. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    await this.#listening
  }

  /**
   * Waits until no other process changes the block, and keeps them from it. To be called in the block's turn.
   * @throws what the journal throws.
   */
  async hold(subject: Subject): Promise<Release> {
    const hold = await this.#journal.hold(subject.cid.multihash.bytes)
    this.#holds.set(subject.key, hold)
    // What was on its way to the journal stands in it before what follows.
    await this.#context.debts.told()
    this.#context.debts.learn(subject.key, hold.state)
    return () => void this.#letGo(subject, hold)
  }

  async #letGo(subject: Subject, hold: Hold): Promise<void> {
    const { debts, members } = this.#context
    this.#context.begin()
    const giveUpAt = this.#context.options.clock.now() + this.#journal.longestPutMs
    await Promise.all(members.all.map((member) => this.#cleared(subject, member, giveUpAt)))
    if (this.#holds.get(subject.key) === hold) this.#holds.delete(subject.key)
    await debts.told()
    // Otherwise it runs out by itself.
    await hold.end().catch(() => {})
    this.#context.finish()
  }

  /** Nothing that was sent to the backend can land any more; or nobody can wait for it. */
  async #cleared({ key }: Subject, member: Member, giveUpAt: number): Promise<void> {
    const { options, unsettled } = this.#context
    while (!(await unsettled.clear(key, member)) && options.clock.now() < giveUpAt);
  }

  /**
   * Copies are changed under a hold only.
   * @throws PoolError `ERR_BACKEND`, retryable, when it was lost.
   */
  assertHeld(subject: Subject): void {
    if (!this.#holds.get(subject.key)?.lost) return
    throw new PoolError('ERR_BACKEND', 'another process may have taken over the block', { retryable: true })
  }

  /** What the journal knows of the block now. Rejects with what the journal throws. */
  look(subject: Subject): Promise<DebtLook> {
    return this.#journal.look(subject.cid.multihash.bytes)
  }

  /** A put that began then, in the clock's milliseconds, may have been overlapped by a delete that has left this. */
  mayHaveOverlapped({ state, deleted }: DebtLook, since: number): boolean {
    const late = this.#context.options.clock.now() - since > this.#journal.longestPutMs
    return late || deleted || isBuried(state)
  }

  /**
   * Whether the block is hidden by a delete that the journal still has: another process may have put it again.
   * @throws PoolError `ERR_UNAVAILABLE` when the journal does not say.
   */
  async stillHides(subject: Subject): Promise<boolean> {
    const { state } = await this.#journal.look(subject.cid.multihash.bytes).catch(notKnown)
    this.#context.debts.learn(subject.key, state)
    return isBuried(state)
  }

  /**
   * Learns what other processes have written until now.
   * @throws PoolError `ERR_UNAVAILABLE` when the journal does not say.
   */
  async refresh(): Promise<void> {
    await this.#listening
    const listening = this.#listen()
    this.#listening = listening.catch(() => {})
    await listening.catch(notKnown)
  }

  async #round(): Promise<void> {
    const round = this.#cancel
    // What fails is asked again in the next round; whoever writes is told.
    await this.refresh().catch(() => {})
    if (this.#cancel === round) this.start()
  }

  async #listen(): Promise<void> {
    const { debts, repairs } = this.#context
    const news = await this.#journal.news()
    let version = -1
    for (const state of news) {
      debts.learn(blockKey(cidFromMultihash(state.multihash)), state)
      version = Math.max(version, state.version)
    }
    debts.knowsUpTo(version)
    if (news.length > 0) repairs.start()
  }
}

function notKnown(cause: unknown): never {
  const message = 'cannot tell whether the block exists: the journal does not say what was deleted'
  throw new PoolError('ERR_UNAVAILABLE', message, { cause, retryable: true })
}
