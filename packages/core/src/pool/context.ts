import type { CID } from 'multiformats/cid'
import { blockKey, cidFromMultihash, digestWords } from '../block.ts'
import { PoolError } from '../errors.ts'
import type { PoolEvent } from '../events.ts'
import { Hashes } from '../hash.ts'
import { Repairs } from '../maintenance/repair.ts'
import type { ScrubSpan } from '../maintenance/scrub.ts'
import type { ResolvedOptions } from '../options.ts'
import { isLastResort } from '../plan/eligibility.ts'
import { randomStream } from '../random.ts'
import { Debts } from '../state/debts.ts'
import { Quarantine } from '../state/quarantine.ts'
import { SlotMap } from '../state/slot-map.ts'
import type { RouteRequest } from '../strategy.ts'
import { Hedges } from './hedges.ts'
import type { Listing } from './list.ts'
import { Locations } from './locations.ts'
import type { Member, MemberServices } from './member.ts'
import { Members } from './members.ts'
import { Monitor } from './monitor.ts'
import type { ReadOperation } from './read.ts'
import { Sharing } from './sharing.ts'
import { Sweeper } from './sweeper.ts'
import { Turns } from './turns.ts'
import { Unsettled } from './unsettled.ts'
import type { PutOperation } from './write.ts'

/** One block as an operation sees it: everything that is derived from the CID, once. */
export class Subject {
  readonly cid: CID
  readonly digest: readonly [number, number]
  readonly turnKey: number
  #key: string | undefined

  constructor(cid: CID) {
    this.cid = cid
    this.digest = digestWords(cid)
    this.turnKey = Turns.keyOf(this.digest)
  }

  get key(): string {
    this.#key ??= blockKey(this.cid)
    return this.#key
  }
}

/** What the operations of one pool share. */
export class PoolContext {
  readonly options: ResolvedOptions
  readonly hashes: Hashes
  readonly members: Members = new Members()
  readonly locations: Locations
  readonly quarantine: Quarantine = new Quarantine()
  readonly unsettled: Unsettled
  readonly turns: Turns = new Turns()
  readonly sweeper: Sweeper
  readonly services: MemberServices
  /** The newest read of a block, by turn key: another one may join it. */
  readonly flights: SlotMap<ReadOperation> = new SlotMap()
  /**
   * Puts that have replied and still write copies, by turn key. They may start more of them until another change of the
   * block begins, which takes them out.
   */
  readonly behind: SlotMap<PutOperation> = new SlotMap()
  /** Listings under way: they are told of blocks that move. */
  readonly listings: Set<Listing> = new Set()
  readonly scrubs: Set<ScrubSpan> = new Set()
  readonly random: () => number
  readonly monitor: Monitor
  readonly debts: Debts
  readonly repairs: Repairs
  /** Undefined where the journal belongs to this pool alone. */
  readonly sharing: Sharing | undefined
  /** Undefined when reads are not hedged. */
  readonly hedges: Hedges | undefined
  /** The fewest copies that an acknowledged block can have: F in docs/guarantees.md. */
  leastCopies = 1
  /** The journal says that the pool is in use. */
  inUse = false
  journalId = ''
  replaces: readonly string[] = []
  /** The state of the journal: the one that it was told last, and the one that it has for certain. */
  generation = 0
  writtenGeneration = 0
  failovers = 0
  repaired = 0
  closed = true
  readonly #onEvent: ((event: PoolEvent) => void) | undefined
  readonly #idle: (() => void)[] = []
  #turn = { read: 0, write: 0 }
  #busy = 0

  constructor(options: ResolvedOptions, onEvent: ((event: PoolEvent) => void) | undefined) {
    this.options = options
    this.#onEvent = onEvent
    this.hashes = new Hashes(options.hashers)
    this.random = randomStream(options.seed)
    this.locations = new Locations(this)
    this.sweeper = new Sweeper(options.clock)
    this.unsettled = new Unsettled(options.clock)
    this.services = {
      clock: options.clock,
      sweeper: this.sweeper,
      hashes: options.verifyGets ? this.hashes : undefined,
      typicalLatencyMs: (direction) => this.members.typicalLatencyMs(direction),
      random: this.random,
      onBreaker: (member, direction, breaker) => this.monitor.breakerChanged(member, direction, breaker),
    }
    this.debts = new Debts(options.journal, options.clock, {
      learned: (key) => this.#markCorrupt(key),
      shown: (multihash) => {
        for (const listing of this.listings) listing.shown(cidFromMultihash(multihash))
      },
    })
    this.sharing = options.journal.shared && new Sharing(this, options.journal.shared)
    this.monitor = new Monitor(this)
    this.repairs = new Repairs(this)
    this.hedges = options.hedge && new Hedges(options.hedge, options.clock)
  }

  emit(event: PoolEvent): void {
    if (!this.#onEvent) return
    try {
      this.#onEvent(event)
    } catch {
      // A listener's fault is not the pool's, and there is nobody to tell.
    }
  }

  /** The next request of its kind; with `peek` the counters stay. */
  request(op: 'read' | 'write', subject: Subject, size: number | undefined, peek = false): RouteRequest {
    const turn = this.#turn[op]
    if (!peek) this.#turn[op]++
    return { op, cid: subject.cid, digest: subject.digest, size, turn, random: peek ? 0 : this.random() }
  }

  /** Locations of copies of the block that are known to be corrupt. */
  corruptAt(subject: Subject): ReadonlySet<number> {
    return this.quarantine.of(this.quarantine.isEmpty ? '' : subject.key)
  }

  /** Backends that probably hold the block and may be asked for it, in the order of candidates. */
  hinted(subject: Subject): readonly Member[] {
    const members = this.members.readersAt(this.locations.get(subject))
    for (const member of members) {
      if (!this.#mayAsk(subject, member)) return members.filter((other) => this.#mayAsk(subject, other))
    }
    return members
  }

  #mayAsk(subject: Subject, member: Member): boolean {
    if (this.isLastResort(member)) return false
    return this.quarantine.isEmpty || !this.corruptAt(subject).has(member.location)
  }

  /** The backend is asked for blocks only when the others have not settled it. */
  isLastResort(member: Member): boolean {
    if (member.unhealthyReason === undefined && member.readBreaker.state === 'closed') return false
    return isLastResort(member, this.options.clock.now())
  }

  /** A copy does not match: it is not asked for and not counted any more. */
  corrupted(subject: Subject, member: Member): void {
    this.quarantine.add(subject.key, member.location)
    this.locations.remove(subject, member)
    this.debts.corrupt(subject.key, subject.cid.multihash.bytes, member.id)
    this.emit({ type: 'corrupt', cid: subject.cid, backend: member.id })
  }

  /** Copies are in quarantine where the journal says that they are corrupt, and nowhere else. */
  #markCorrupt(key: string): void {
    const corruptIn = this.debts.of(key)?.corruptIn
    for (const { id, location } of this.members.all) {
      if (corruptIn?.has(id)) this.quarantine.add(key, location)
      else this.quarantine.remove(key, location)
    }
  }

  /** A backend has confirmed that it holds the block. */
  stored(subject: Subject, member: Member, size: number): void {
    if (!this.locations.add(subject, member)) return
    member.usedBytes += size
    member.blocks++
  }

  /**
   * An acknowledged block may have as few copies as this from now on. Resolves when the journal has it, and rejects with
   * what the journal throws.
   */
  async lowerLeastCopies(copies: number): Promise<void> {
    const least = Math.max(1, copies)
    if (least >= this.leastCopies) return
    this.leastCopies = least
    await this.writeHead(false)
  }

  /** A scrub has found that every block has so many copies, or is owed them. Rejects with what the journal throws. */
  async raiseLeastCopies(copies: number): Promise<void> {
    // Other processes may acknowledge with fewer.
    if (copies <= this.leastCopies || this.sharing) return
    this.leastCopies = copies
    await this.writeHead(false)
  }

  /** Tells the journal how the pool stands. */
  async writeHead(clean: boolean): Promise<void> {
    const generation = ++this.generation
    const lasting = this.members.all.filter(({ traits }) => traits.durability !== 'none')
    const stores = lasting.flatMap(({ id, storeId }) => (storeId === undefined ? [] : [[id, storeId]]))
    await this.debts.head({
      id: this.journalId,
      replaces: this.replaces,
      generation,
      clean,
      leastCopies: this.leastCopies,
      stores: Object.fromEntries(stores),
    })
    this.writtenGeneration = Math.max(this.writtenGeneration, generation)
  }

  /** A copy was written where it was missing or corrupt, or one that was corrupt was found to be whole. */
  healed(subject: Subject, member: Member, size: number): void {
    const replaced = this.corruptAt(subject).has(member.location)
    this.quarantine.remove(subject.key, member.location)
    this.debts.healed(subject.key, member.id)
    if (!replaced) {
      this.stored(subject, member, size)
      return
    }
    // A corrupt copy stands in the tally already, with a size that nobody knows.
    this.locations.add(subject, member)
    this.monitor.measureSoon(member)
  }

  /** A backend has confirmed that it does not hold the block any more. */
  deleted(subject: Subject, member: Member): void {
    if (this.locations.get(subject).includes(member.location)) {
      // Its size is not known any more: the mean stands in until the backend is measured again.
      member.usedBytes -= member.blocks > 0 ? member.usedBytes / member.blocks : 0
      member.blocks = Math.max(0, member.blocks - 1)
      this.locations.remove(subject, member)
    }
    if (!this.quarantine.isEmpty) this.quarantine.remove(subject.key, member.location)
    if (this.debts.size > 0) {
      this.debts.healed(subject.key, member.id)
      this.debts.buried(subject.key, member.id)
    }
    this.monitor.measureSoon(member)
  }

  /** An operation has begun that `idle` waits for. */
  begin(): void {
    this.#busy++
  }

  finish(): void {
    this.#busy--
    if (this.#busy === 0 && this.#idle.length > 0) for (const wake of this.#idle.splice(0)) wake()
  }

  /** Resolves when no operation is under way, nor anything that one has left to do behind its reply. */
  async idle(): Promise<void> {
    while (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  assertOpen(): void {
    if (this.closed || !this.inUse) throw new PoolError('ERR_CLOSED', 'the pool is not open')
  }
}
