import type { Block } from '../block.ts'
import { PoolError } from '../errors.ts'
import { whyNotWrite } from '../plan/eligibility.ts'
import type { Call } from '../pool/call.ts'
import type { PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import type { Turn } from '../pool/turns.ts'

/** Repairs that may wait; more are found again by the next read. */
const MAX_WAITING = 10_000

interface Repair {
  readonly subject: Subject
  readonly targets: readonly Member[]
}

/** Asks one backend and resolves when the call has ended, however it did. */
export function ask(member: Member, verb: Call['verb'], subject: Subject, block?: Block): Promise<Call> {
  return new Promise((resolve) => member.call(verb, subject.cid, { ended: resolve }, block))
}

/**
 * Runs the task in the block's turn: no put, delete or other repair of the block overlaps it.
 */
export function inTurn<T>(context: PoolContext, subject: Subject, task: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const turn: Turn = {
      turnKey: subject.turnKey,
      run: () => {
        context.behind.delete(subject.turnKey)
        task()
          .then(resolve, reject)
          .finally(() => {
            context.turns.leave(turn)
            context.finish()
          })
      },
    }
    context.begin()
    context.turns.enter(turn)
  })
}

/** Writes copies again that reads have found corrupt or missing: one after the other, at a limited rate. */
export class Repairs {
  readonly #context: PoolContext
  readonly #waiting = new Map<string, Repair>()
  #running = false
  #wake: () => void = () => {}

  constructor(context: PoolContext) {
    this.#context = context
  }

  add(subject: Subject, targets: readonly Member[]): void {
    if (this.#waiting.size >= MAX_WAITING || this.#context.options.repairsPerSecond === 0) return
    const waiting = this.#waiting.get(subject.key)?.targets ?? []
    this.#waiting.set(subject.key, { subject, targets: [...new Set([...waiting, ...targets])] })
    if (!this.#running) void this.#work()
  }

  /** The pool closes: what waits is not begun. */
  stop(): void {
    this.#wake()
  }

  async #work(): Promise<void> {
    this.#running = true
    this.#context.begin()
    const pauseMs = 1_000 / this.#context.options.repairsPerSecond
    for (const [key, repair] of this.#waiting) {
      this.#waiting.delete(key)
      if (this.#context.closed) continue
      await inTurn(this.#context, repair.subject, () => this.#repair(repair))
      if (this.#waiting.size > 0 && !this.#context.closed) await this.#pause(pauseMs)
    }
    this.#running = false
    this.#context.finish()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#context.options.clock.schedule(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  async #repair({ subject, targets }: Repair): Promise<void> {
    const bytes = await this.#verifiedBytes(subject, targets)
    if (!bytes) return
    for (const member of targets) {
      const now = this.#context.options.clock.now()
      if (whyNotWrite(member, bytes.length, now) || this.#context.unsettled.has(subject.key, member)) continue
      const error = await rewrite(this.#context, subject, { cid: subject.cid, bytes }, member)
      if (error === undefined) {
        this.#context.repaired++
        this.#context.emit({ type: 'repaired', cid: subject.cid, backend: member.id })
      } else this.#context.emit({ type: 'repair-failed', cid: subject.cid, backend: member.id, error })
    }
  }

  /** Bytes of a copy that stands elsewhere now: a block that was deleted meanwhile is not brought back. */
  async #verifiedBytes(subject: Subject, except: readonly Member[]): Promise<Uint8Array | undefined> {
    const hinted = this.#context.hinted(subject)
    const sources = [...hinted, ...this.#context.members.readers.filter((member) => !hinted.includes(member))]
    const bad = this.#context.corruptAt(subject)
    for (const member of sources) {
      if (except.includes(member) || bad.has(member.location)) continue
      const call = await ask(member, 'get', subject)
      if (call.outcome === 'ok') return call.bytes
      if (call.outcome === 'corrupt') this.#context.corrupted(subject, member)
    }
    return undefined
  }
}

/**
 * Puts the block where its copy was missing or corrupt. A corrupt copy is deleted first, and the new one read back, since
 * a driver that skips keys it has would keep it. To be called in the block's turn. Resolves to the error that came
 * between, or undefined.
 */
export async function rewrite(
  context: PoolContext,
  subject: Subject,
  block: Block,
  member: Member,
): Promise<unknown> {
  if (member.backend.identity && (await context.monitor.unconfirmed([member]))?.length) {
    return new PoolError('ERR_STORE_GONE', `${member.label}: its store did not identify itself`, {
      retryable: true,
    })
  }
  const corrupt = context.corruptAt(subject).has(member.location)
  const verbs = corrupt ? (['delete', 'put', 'get'] as const) : (['put'] as const)
  for (const verb of verbs) {
    const call = await ask(member, verb, subject, verb === 'put' ? block : undefined)
    if (call.outcome !== 'ok') {
      context.unsettled.track(subject.key, call)
      return (
        call.error ?? new PoolError('ERR_BACKEND', `${member.label} does not hold what was just put there`)
      )
    }
  }
  const replaced = context.corruptAt(subject).has(member.location)
  context.quarantine.remove(subject.key, member.location)
  // A corrupt copy stands in the tally already.
  if (replaced) context.hints.add(subject.digest, member.location)
  else context.stored(subject, member, block.bytes.length)
  return undefined
}
