import type { CID } from 'multiformats/cid'
import { mapConcurrently } from '../bulk.ts'
import { whyNotRead } from '../plan/eligibility.ts'
import { quorumOf } from '../plan/quorum.ts'
import { type PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import { copiesOf, counts } from '../pool/write-plan.ts'
import { DigestSet } from '../state/digest-set.ts'
import { ask, inTurn } from './turn.ts'

/** Blocks that are read side by side. */
const BLOCKS_AT_ONCE = 8

/** What reading every copy of every block has found. */
export interface ScrubReport {
  /** Blocks looked at, their copies that are whole, and the bytes of these. */
  readonly blocks: number
  readonly copies: number
  readonly bytes: number
  /** Copies that do not match their CID. */
  readonly corrupt: number
  /** Blocks with fewer whole copies than wanted: the lacking ones are owed now, and written behind. */
  readonly short: number
  /** Blocks of which no whole copy was found. */
  readonly damaged: number
  /** Every backend was there from the beginning to the end, and said of every block what it holds. */
  readonly complete: boolean
  /** The fewest copies that an acknowledged block can have, as the pool knows it now. */
  readonly leastCopies: number
}

/** A scrub under way: puts tell it with how few copies they were acknowledged meanwhile. */
export interface ScrubSpan {
  leastCopies: number
}

/** Reads all copies, and raises F when it has seen them all. Blocks that have too few are owed copies. */
export class Scrub implements ScrubSpan {
  leastCopies: number
  readonly #context: PoolContext
  readonly #signal: AbortSignal | undefined
  readonly #members: readonly Member[]
  readonly #counts = { blocks: 0, copies: 0, bytes: 0, corrupt: 0, short: 0, damaged: 0 }
  #complete = true
  /** The fewest copies that a block must have had to be acknowledged; undefined before the first one. */
  #quorum: number | undefined

  constructor(context: PoolContext, signal: AbortSignal | undefined) {
    this.#context = context
    this.#signal = signal
    this.#members = context.members.all
    this.leastCopies = Number.POSITIVE_INFINITY
  }

  async run(): Promise<ScrubReport> {
    const { scrubs } = this.#context
    scrubs.add(this)
    try {
      await this.#readAll()
      if (this.#complete && (await this.#isUnchanged())) await this.#raise()
      else this.#complete = false
    } finally {
      scrubs.delete(this)
    }
    this.#context.repairs.start()
    return { ...this.#counts, complete: this.#complete, leastCopies: this.#context.leastCopies }
  }

  async #readAll(): Promise<void> {
    const options = { concurrency: BLOCKS_AT_ONCE, signal: this.#signal }
    for await (const _read of mapConcurrently(this.#listed(), (cid) => this.#read(cid), options))
      this.#context.assertOpen()
  }

  /** Every block that a backend lists, once. */
  async *#listed(): AsyncGenerator<CID> {
    const seen = new DigestSet(this.#context.random())
    for (const member of this.#members)
      for await (const cid of this.#listedBy(member)) if (seen.add(cid)) yield cid
  }

  async *#listedBy(member: Member): AsyncGenerator<CID> {
    if (whyNotRead(member)) {
      this.#complete = false
      return
    }
    try {
      yield* member.list(this.#signal)
    } catch {
      this.#signal?.throwIfAborted()
      this.#context.assertOpen()
      // It shows in the counts of the backend, and here.
      this.#complete = false
    }
  }

  #read(cid: CID): Promise<void> {
    const subject = new Subject(cid)
    return inTurn(this.#context, subject, () => this.#readCopies(subject))
  }

  async #readCopies(subject: Subject): Promise<void> {
    const { debts } = this.#context
    if (debts.hides(subject.key)) return
    const whole: Member[] = []
    let size: number | undefined
    for (const member of this.#members) {
      const found = await this.#readCopy(subject, member)
      if (found === undefined) continue
      size = found
      whole.push(member)
      this.#counts.copies++
      this.#counts.bytes += found
    }
    this.#counts.blocks++
    if (size === undefined) this.#counts.damaged++
    await this.#judge(subject, whole, size ?? 0)
  }

  /** The size of a copy that is whole; undefined where there is none. */
  async #readCopy(subject: Subject, member: Member): Promise<number | undefined> {
    const context = this.#context
    const marked = context.corruptAt(subject).has(member.location)
    if (whyNotRead(member)) {
      this.#complete = false
      return undefined
    }
    const { outcome, bytes } = await ask(context, member, 'get', subject)
    const isWhole = bytes && (context.options.verifyGets || (await this.#matches(subject, bytes)))
    if (bytes && isWhole) {
      if (marked) context.healed(subject, member, bytes.length)
      else context.locations.add(subject, member)
      return context.unsettled.has(subject.key, member) ? undefined : bytes.length
    }
    if (bytes || outcome === 'corrupt') {
      this.#counts.corrupt++
      if (!marked) context.corrupted(subject, member)
    } else if (outcome !== 'missing') this.#complete = false
    return undefined
  }

  async #matches({ cid }: Subject, bytes: Uint8Array): Promise<boolean> {
    const { hashes } = this.#context
    return hashes.matches(cid, bytes) ?? hashes.matchesLater(cid, bytes)
  }

  /** A block that has too few copies is owed them: until then its absence rests on all backends. */
  async #judge(subject: Subject, whole: readonly Member[], size: number): Promise<void> {
    const { debts, options } = this.#context
    const copies = copiesOf(this.#context, this.#context.request('write', subject, size, true))
    const quorum = quorumOf(copies, options.writeQuorum)
    this.#quorum = Math.min(this.#quorum ?? quorum, quorum)
    const counted = whole.filter((member) => counts(this.#context, member)).length
    if (whole.length >= copies && counted >= quorum) return
    this.#counts.short++
    await debts.lacks(subject.key, subject.cid.multihash.bytes)
  }

  /** No backend has come or gone, and each is the store that it was. */
  async #isUnchanged(): Promise<boolean> {
    const { members, monitor } = this.#context
    const unconfirmed = await monitor.unconfirmed(this.#members, 0)
    return (
      !unconfirmed?.length &&
      members.all.length === this.#members.length &&
      this.#members.every((member) => members.all.includes(member) && !member.draining && !whyNotRead(member))
    )
  }

  async #raise(): Promise<void> {
    const { options } = this.#context
    const quorum = this.#quorum ?? quorumOf(options.copies, options.writeQuorum)
    await this.#context.raiseLeastCopies(Math.min(quorum, this.leastCopies))
  }
}
