import type { PoolContext, Subject } from './context.ts'
import type { Release } from './sharing.ts'

/**
 * What one put settles with the processes that share the journal: that no delete of theirs has overlapped. Reached from
 * the start where the journal belongs to this pool alone.
 */
export class Agreement {
  readonly #context: PoolContext
  readonly #subject: Subject
  #startedAt = 0
  #reached: boolean
  #release: Release | undefined

  constructor(context: PoolContext, subject: Subject) {
    this.#context = context
    this.#subject = subject
    this.#reached = context.sharing === undefined
  }

  get isReached(): boolean {
    return this.#reached
  }

  /** Nobody else changes the block now, so what is known of it here is true. */
  get isAlone(): boolean {
    return this.#context.sharing === undefined || this.#release !== undefined
  }

  /** The first copy is about to be asked for. */
  begin(): void {
    this.#startedAt = this.#context.options.clock.now()
  }

  /**
   * Resolves to false when a delete may have taken away the copies that were written: then they are to be written again,
   * and no other process changes the block meanwhile. Rejects with what the journal throws.
   */
  async reach(): Promise<boolean> {
    const { sharing } = this.#context
    this.#reached = true
    if (!sharing) return true
    const first = await sharing.look(this.#subject)
    if (!first.held && !sharing.mayHaveOverlapped(first, this.#startedAt)) return true
    await this.hold()
    return !sharing.mayHaveOverlapped(await sharing.look(this.#subject), this.#startedAt)
  }

  /** Keeps other processes from the block until the end. */
  async hold(): Promise<void> {
    this.#release ??= await this.#context.sharing?.hold(this.#subject)
  }

  end(): void {
    this.#release?.()
    this.#release = undefined
  }
}
