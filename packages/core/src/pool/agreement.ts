import type { Clock } from '../clock.ts'
import type { Subject } from './context.ts'
import type { Release, Sharing } from './sharing.ts'

/** What one put settles with the processes that share the journal: that no delete of theirs has overlapped. */
export class Agreement {
  readonly #sharing: Sharing
  readonly #subject: Subject
  readonly #clock: Clock
  #startedAt = 0
  #reached = false
  #release: Release | undefined

  constructor(sharing: Sharing, subject: Subject, clock: Clock) {
    this.#sharing = sharing
    this.#subject = subject
    this.#clock = clock
  }

  get isReached(): boolean {
    return this.#reached
  }

  /** Nobody else changes the block now, so what is known of it here is true. */
  get isAlone(): boolean {
    return this.#release !== undefined
  }

  /** The first copy is about to be asked for. */
  begin(): void {
    this.#startedAt = this.#clock.now()
  }

  /**
   * Resolves to false when a delete may have taken away the copies that were written: then they are to be written again,
   * and no other process changes the block meanwhile. Rejects with what the journal throws.
   */
  async reach(): Promise<boolean> {
    this.#reached = true
    const first = await this.#sharing.look(this.#subject)
    if (!first.held && !this.#sharing.mayHaveOverlapped(first, this.#startedAt)) return true
    await this.hold()
    return !this.#sharing.mayHaveOverlapped(await this.#sharing.look(this.#subject), this.#startedAt)
  }

  /** Keeps other processes from the block until the end. */
  async hold(): Promise<void> {
    this.#release ??= await this.#sharing.hold(this.#subject)
  }

  end(): void {
    this.#release?.()
    this.#release = undefined
  }
}
