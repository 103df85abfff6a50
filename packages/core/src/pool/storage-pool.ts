import type { CID } from 'multiformats/cid'
import type { Backend, BackendSettings, BackendTraits, Usage } from '../backend.ts'
import { type Block, isIdentity } from '../block.ts'
import { type OperationOptions, throwIfAborted } from '../block-store.ts'
import { type BackendOutcome, PoolError } from '../errors.ts'
import type { PoolEvent } from '../events.ts'
import type { RemoveReport } from '../maintenance/drain.ts'
import { Scrub, type ScrubReport } from '../maintenance/scrub.ts'
import { type BackendEntry, type PoolOptions, resolveOptions } from '../options.ts'
import { survives, weakest } from '../plan/quorum.ts'
import type { Explanation, Location, PoolStats } from '../stats.ts'
import { abortable } from './abortable.ts'
import { attach, detach, taken } from './attach.ts'
import { PoolContext, Subject } from './context.ts'
import { DeleteOperation } from './delete.ts'
import { Listing, type ListOptions } from './list.ts'
import { Member } from './member.ts'
import { putAtOnce } from './put-at-once.ts'
import { inWords, probableHolders, ReadOperation, type ReadResult, type ReadVerb } from './read.ts'
import { assertNewestJournal, leave, recall, resume } from './recall.ts'
import { explain, locate, statsOf } from './report.ts'
import { PutOperation } from './write.ts'

export interface AddOptions {
  /** Take over the blocks that the backend already holds; without it the backend must be empty. @default false */
  readonly adopt?: boolean | undefined
}

export interface RemoveOptions extends OperationOptions {
  /** Detach at once, without moving blocks; the report names what may be lost. @default false */
  readonly force?: boolean | undefined
}

export interface ExplainRequest {
  readonly op: 'read' | 'write'
  readonly cid: CID
  /** Bytes of the block; for writes. @default 0 */
  readonly size?: number | undefined
}

/**
 * Opens all backends and makes a pool of them. Backends that cannot be opened stay attached and are tried again at each
 * health check.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option, `ERR_NOT_ENOUGH_BACKENDS` when fewer than `minHealthy`
 * could be opened, `ERR_JOURNAL_LOST` when the journal is not the one that the backends were used with.
 */
export async function createPool<Id extends string>(options: PoolOptions<Id>): Promise<StoragePool<Id>> {
  const pool = new StoragePool<Id>(options)
  await pool.open()
  return pool
}

/** A `Backend` made of backends: it plans, writes copies, reads the best one, and repairs. Pools nest. */
export class StoragePool<Id extends string = string> implements Backend, AsyncDisposable {
  readonly type = 'pool'
  readonly #context: PoolContext
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: PoolOptions<Id>) {
    const onEvent = options.onEvent as ((event: PoolEvent) => void) | undefined
    this.#context = new PoolContext(resolveOptions(options as PoolOptions), onEvent)
    const entries = Object.entries<BackendEntry>(options.backends)
    for (const [id, entry] of entries) this.#context.members.add(this.#member(id, entry))
  }

  /** What a resolved put survives: what was asked for, or what the weakest backend gives, if that is more. */
  get traits(): BackendTraits {
    const { members, options } = this.#context
    const writable = members.all.filter((member) => member.write)
    const least = weakest(writable.map((member) => member.traits.durability))
    const durability = survives(least, options.durability) ? least : options.durability
    return { durability, maxBlockBytes: options.maxBlockBytes, concurrency: 1_000, lateEffects: false }
  }

  get(cid: CID, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#read('get', cid, options) as Promise<Uint8Array | undefined>
  }

  has(cid: CID, options?: OperationOptions): Promise<boolean> {
    return this.#read('has', cid, options) as Promise<boolean>
  }

  put(block: Block, options?: OperationOptions): Promise<void> {
    try {
      const { hashes, options: settings } = this.#admit(options)
      this.#assertValid(block)
      const { cid, bytes } = block
      if (isIdentity(cid)) return Promise.resolve()
      if (settings.verifyPuts) {
        const matches = hashes.matches(cid, bytes)
        // Awaited only where the verdict is not there at once: the put keeps its place before what is called next.
        if (matches === undefined) return this.#putVerified(block, options)
        if (!matches) throw mismatch()
      }
      return this.#put(block, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #putVerified(block: Block, options: OperationOptions | undefined): Promise<void> {
    const { hashes } = this.#context
    const matches = await abortable(hashes.matchesLater(block.cid, block.bytes), options?.signal)
    if (!matches) throw mismatch()
    this.#admit(options)
    return this.#put(block, options)
  }

  #put(block: Block, options: OperationOptions | undefined): Promise<void> {
    const context = this.#context
    const subject = new Subject(block.cid)
    const newest = context.turns.newest(subject.turnKey)
    const joined = newest instanceof PutOperation && newest.subject.key === subject.key && newest.joinable
    const begun = newest ? undefined : putAtOnce(context, subject, block)
    if (begun?.isComplete) return Promise.resolve()
    const operation = joined ? newest : new PutOperation(context, subject, block, begun)
    const result = operation.waiters.join(options?.signal)
    if (joined) operation.watch()
    else operation.start()
    return result
  }

  /**
   * Resolves when the journal has recorded it and every backend that can be reached has answered. From then on the block is
   * absent; backends that have not confirmed are reached later, after a restart too if the journal is durable.
   * @throws what the journal throws when it cannot record the delete; then nothing was deleted.
   */
  async delete(cid: CID, options?: OperationOptions): Promise<void> {
    const context = this.#admit(options)
    if (isIdentity(cid)) return
    context.hashes.assertKnown(cid)
    const operation = new DeleteOperation(context, new Subject(cid))
    const result = operation.waiters.join(options?.signal)
    operation.start()
    return result
  }

  /** @throws PoolError `ERR_UNAVAILABLE` at its end, when a backend could not be listed and `partial` is off. */
  async *list(options: ListOptions = {}): AsyncGenerator<CID> {
    const context = this.#admit(options)
    yield* new Listing(context, options).run()
  }

  async open(options?: OperationOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    await this.#closing
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Waits for what is under way, and closes the backends. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => {})
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async ping(options?: OperationOptions): Promise<void> {
    const { members, options: settings } = this.#admit(options)
    const serving = members.serving(settings.clock.now())
    if (serving >= Math.max(1, settings.minHealthy)) return
    throw new PoolError('ERR_UNAVAILABLE', `${serving} backends of the pool are healthy`, {
      retryable: true,
    })
  }

  /** Blocks and bytes of all copies. */
  async usage(): Promise<Usage> {
    const { members } = this.#admit(undefined)
    let blocks = 0
    let bytes = 0
    for (const member of members.all) {
      blocks += member.blocks
      bytes += member.usedBytes
    }
    return { blocks, bytes: Math.round(bytes) }
  }

  stats(): PoolStats<Id> {
    return statsOf(this.#context) as PoolStats<Id>
  }

  /** Asks every backend whether it holds the block. */
  async locate(cid: CID, options?: OperationOptions): Promise<readonly Location<Id>[]> {
    const located = locate(this.#admit(options), new Subject(cid))
    return (await abortable(located, options?.signal)) as readonly Location<Id>[]
  }

  /** What the pool would do with this request now; nothing is asked or written. */
  explain(request: ExplainRequest): readonly Explanation<Id>[] {
    const found = explain(this.#context, new Subject(request.cid), request.op, request.size ?? 0)
    return found as readonly Explanation<Id>[]
  }

  /**
   * Attaches and opens one more backend.
   * @throws PoolError `ERR_BACKEND_EXISTS`, `ERR_BACKEND_NOT_EMPTY`, `ERR_INVALID_OPTIONS`, or what its `open` throws.
   */
  async add(id: string, entry: BackendEntry, options: AddOptions = {}): Promise<void> {
    const context = this.#admit(undefined)
    if (context.members.has(id)) throw taken(id)
    await attach(context, this.#member(id, entry), options.adopt ?? false)
  }

  /**
   * Changes settings of a backend; those not given stay.
   * @throws PoolError `ERR_UNKNOWN_BACKEND`, `ERR_INVALID_OPTIONS`
   */
  configure(id: Id, settings: BackendSettings): void {
    this.#context.members.get(id).configure(settings)
    this.#context.members.changed()
  }

  /**
   * Moves the blocks of a backend to the others, empties, detaches and closes it.
   * @throws PoolError `ERR_UNKNOWN_BACKEND`, `ERR_DRAIN_INCOMPLETE` when blocks cannot be moved; it stays attached then.
   */
  async remove(id: Id, options: RemoveOptions = {}): Promise<RemoveReport> {
    const context = this.#admit(options)
    return detach(context, context.members.get(id), options.force ?? false, options.signal)
  }

  /**
   * Reads every copy of every block and checks it. What lacks or is corrupt is owed from then on, and repaired behind at the
   * limited rate (`settled` waits for it). Only a scrub that was complete raises F again after an unclean stop, an adopted
   * backend or a forced removal: see `PoolStats.leastCopies`.
   */
  async scrub(options?: OperationOptions): Promise<ScrubReport> {
    const context = this.#admit(options)
    context.begin()
    const work = new Scrub(context, options?.signal).run().finally(() => context.finish())
    return abortable(work, options?.signal)
  }

  /** Takes a backend out of service (neither read nor written, its "missing" no answer), or back in. */
  setHealth(id: Id, healthy: boolean): void {
    this.#context.monitor.setHealth(this.#context.members.get(id), healthy)
  }

  /** Waits until writes and repairs that go on behind replies have ended. */
  async settled(): Promise<void> {
    await this.#context.idle()
  }

  #read(verb: ReadVerb, cid: CID, options: OperationOptions | undefined): Promise<ReadResult> {
    try {
      const context = this.#admit(options)
      if (isIdentity(cid)) return Promise.resolve(verb === 'get' ? cid.multihash.digest : true)
      context.hashes.assertKnown(cid)
      const subject = new Subject(cid)
      const hidden = context.debts.tombstones > 0 && context.debts.hides(subject.key)
      return hidden ? this.#readHidden(verb, subject, options) : this.#ask(verb, subject, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The block was deleted; where processes share the journal, another one may have put it again. */
  async #readHidden(
    verb: ReadVerb,
    subject: Subject,
    options: OperationOptions | undefined,
  ): Promise<ReadResult> {
    const { sharing } = this.#context
    if (!sharing || (await abortable(sharing.stillHides(subject), options?.signal)))
      return verb === 'get' ? undefined : false
    this.#admit(options)
    return this.#ask(verb, subject, options)
  }

  #ask(verb: ReadVerb, subject: Subject, options: OperationOptions | undefined): Promise<ReadResult> {
    const context = this.#context
    const holders = probableHolders(context, subject)
    const atHand = holders[0]?.peek(verb, subject.cid)
    if (atHand) {
      if (verb === 'get' && context.debts.size > 0) context.repairs.start()
      return Promise.resolve(atHand)
    }
    const newest = context.flights.get(subject.turnKey)
    // Another process may have put the block since the earlier read began.
    const mayJoin = !context.sharing && newest?.joinable
    const joined = mayJoin && newest?.verb === verb && newest.subject.key === subject.key
    const operation = joined ? newest : new ReadOperation(context, verb, subject, holders)
    const result = operation.waiters.join(options?.signal)
    if (joined) operation.watch()
    else operation.start()
    return result
  }

  #admit(options: OperationOptions | undefined): PoolContext {
    this.#context.assertOpen()
    throwIfAborted(options)
    return this.#context
  }

  #member(id: string, entry: BackendEntry): Member {
    const { backend, ...settings } = entry
    return new Member(id, backend, settings, this.#context.members.takeLocation(), this.#context.services)
  }

  /** What can be said without hashing. */
  #assertValid({ cid, bytes }: Block): void {
    const { hashes, options } = this.#context
    if (bytes.length > options.maxBlockBytes) {
      const message = `a block of ${bytes.length} bytes is over the limit of ${options.maxBlockBytes}`
      throw new PoolError('ERR_BLOCK_TOO_LARGE', message)
    }
    if (isIdentity(cid)) {
      if (!hashes.isIdentityOf(cid, bytes)) throw mismatch()
      return
    }
    hashes.assertKnown(cid)
  }

  async #open(): Promise<void> {
    try {
      await this.#start()
    } catch (error) {
      this.#opening = undefined
      // What could not be opened is the error to tell.
      await this.#shut().catch(() => {})
      throw error
    }
  }

  async #start(): Promise<void> {
    const { members, monitor, options } = this.#context
    this.#context.sweeper.start()
    this.#context.hedges?.start()
    const head = await recall(this.#context)
    await this.#context.locations.open()
    this.#context.closed = false
    const outcomes: Record<string, BackendOutcome> = {}
    const opened = members.all.map(async (member) => {
      try {
        await monitor.open(member)
      } catch (error) {
        outcomes[member.id] = { outcome: 'permanent', reason: reasonOf(error), error }
        monitor.notOpened(member, error)
      }
    })
    await Promise.all(opened)
    await assertNewestJournal(this.#context)
    const serving = members.serving(options.clock.now())
    if (serving < options.minHealthy || (serving === 0 && members.all.length > 0)) {
      throw new PoolError(
        'ERR_NOT_ENOUGH_BACKENDS',
        `too few backends could be opened: ${inWords(outcomes)}`,
        { outcomes, cause: Object.values(outcomes)[0]?.error },
      )
    }
    await resume(this.#context, head)
    monitor.start()
    this.#context.sharing?.start()
  }

  async #close(): Promise<void> {
    try {
      if (this.#opening) await this.#shut()
    } finally {
      this.#opening = undefined
      this.#closing = undefined
    }
  }

  async #shut(): Promise<void> {
    const { members, monitor, repairs, sweeper, unsettled } = this.#context
    this.#context.closed = true
    monitor.stop()
    repairs.stop()
    await this.#context.idle()
    await this.#context.sharing?.stop()
    const left = await leave(this.#context)
    const closed = await Promise.allSettled(members.all.map((member) => member.shut()))
    sweeper.stop()
    this.#context.hedges?.stop()
    await this.#context.locations.close()
    unsettled.stop()
    members.changed()
    const failed = [left, ...closed].find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}

function mismatch(): PoolError {
  return new PoolError('ERR_HASH_MISMATCH', 'the bytes do not hash to the CID')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
