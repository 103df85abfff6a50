import { errorCode, type PoolErrorCode, type StoragePool } from '@blockpool/core'
import type { CID } from 'multiformats/cid'
import { indexOf } from './blocks.ts'
import type { Disk } from './disk.ts'
import type { Attempt, Look } from './model.ts'
import type { Site } from './site.ts'
import type { OperationStep } from './steps.ts'
import { isQuiet } from './world.ts'

/** An absence may be told for so long after the identity of a store was seen, in milliseconds. */
const STORE_SEEN_MS = 1_000
/** An abort is noticed within so long, in milliseconds. */
const ABORT_MS = 50

/** An operation that has not settled. */
interface Pending {
  readonly what: string
  readonly block: number
  readonly startedAt: number
  readonly leaptBefore: number
  /** Milliseconds within which it must settle. */
  readonly boundMs: number
  readonly attempts: readonly Attempt[]
  readonly looks: readonly Look[]
  abortedAt: number | undefined
  gone: boolean
}

/** Rejections that a caller has to expect, by operation. */
const EXPECTED: Readonly<Record<string, readonly PoolErrorCode[]>> = {
  get: ['ERR_UNAVAILABLE', 'ERR_CORRUPT'],
  has: ['ERR_UNAVAILABLE', 'ERR_CORRUPT'],
  // The last is the journal's.
  put: ['ERR_NOT_ENOUGH_REPLICAS', 'ERR_NOT_ENOUGH_BACKENDS', 'ERR_BACKEND'],
  delete: ['ERR_UNAVAILABLE', 'ERR_BACKEND'],
  list: ['ERR_UNAVAILABLE'],
}

/** Runs operations of the pool under test, and judges how each one ends. */
export class Operations {
  readonly #site: Site
  readonly #pending = new Set<Pending>()

  constructor(site: Site) {
    this.#site = site
  }

  get pending(): number {
    return this.#pending.size
  }

  start(pool: StoragePool, step: OperationStep): void {
    const { site } = this.#begun(step.do)
    const block = site.block(step.block)
    const cid = block.cids[step.cid ?? 0] as CID
    const signal = this.#signal(step)
    const pending = this.#enter(step)
    if (signal?.aborted) pending.abortedAt = site.clock.now()
    const options = signal && { signal }
    const call = {
      get: () => pool.get(cid, options),
      has: () => pool.has(cid, options),
      put: () => pool.put({ cid, bytes: block.bytes }, options),
      delete: () => pool.delete(cid, options),
    }[step.do]
    call().then(
      (value) => this.#ended(pending, value),
      (error: unknown) => this.#failed(pending, error, signal?.reason),
    )
    if (signal && !signal.aborted) this.#abortLater(step, pending, signal)
  }

  list(pool: StoragePool): void {
    const { site } = this.#begun('list')
    const { model, world } = site
    const looks = Array.from({ length: world.blocks }, (_, i) => model.look(i))
    const pending = this.#add('list', -1, [], looks)
    listed(pool).then(
      (found) => this.#judgeListing(pending, found),
      (error: unknown) => this.#failed(pending, error, undefined),
    )
  }

  /** Something that the operator asks for; the result is the operator's to judge. */
  watch<T>(what: string, work: Promise<T>, done: (value: T) => void, failed: () => void): void {
    this.#begun(what)
    const pending = this.#add(what, -1, [], [])
    work.then(
      (value) => {
        if (this.#leave(pending, 'ok')) done(value)
      },
      (error: unknown) => {
        if (!this.#leave(pending, errorCode(error) ?? 'foreign')) return
        if (errorCode(error) === undefined && !(error as { code?: unknown }).code)
          this.#site.violate('error', `${what} rejected with ${String(error)}`)
        failed()
      },
    )
  }

  /** The process died: nothing that was under way ever settles. */
  crash(): void {
    for (const pending of this.#pending) {
      pending.gone = true
      for (const attempt of pending.attempts) this.#site.model.end(attempt, false)
    }
    this.#pending.clear()
  }

  /** Finds operations that should have settled by now. */
  checkBounds(): void {
    for (const pending of this.#pending) if (!pending.gone) this.#checkBound(pending)
  }

  #begun(what: string): { readonly site: Site } {
    this.#site.operations++
    this.#site.trace.add(this.#site.clock.now(), 'begin', what, -1)
    return { site: this.#site }
  }

  #signal(step: OperationStep): AbortSignal | undefined {
    if (step.abortMs === undefined) return undefined
    return step.abortMs < 0 ? AbortSignal.abort(new Error('given up')) : this.#controller().signal
  }

  readonly #controllers = new WeakMap<AbortSignal, AbortController>()

  #controller(): AbortController {
    const controller = new AbortController()
    this.#controllers.set(controller.signal, controller)
    return controller
  }

  #abortLater(step: OperationStep, pending: Pending, signal: AbortSignal): void {
    this.#site.clock.schedule(step.abortMs ?? 0, () => {
      if (!this.#pending.has(pending)) return
      pending.abortedAt = this.#site.clock.now()
      this.#controllers.get(signal)?.abort(new Error('given up'))
    })
  }

  #enter(step: OperationStep): Pending {
    const { model } = this.#site
    if (step.do === 'get' || step.do === 'has')
      return this.#add(step.do, step.block, [], [model.look(step.block)])
    // An operation that was given up before it began has no effect.
    if (step.abortMs === -1) return this.#add(step.do, step.block, [], [])
    const attempt = model.begin(step.do, step.block, this.#site.needed(step.block))
    return this.#add(step.do, step.block, [attempt], [])
  }

  #add(what: string, block: number, attempts: readonly Attempt[], looks: readonly Look[]): Pending {
    const { clock, world, disks } = this.#site
    let queued = 4
    for (const other of this.#pending) if (other.block === block || other.block < 0) queued++
    const steps = block < 0 ? (world.blocks + 2) * disks.length : 1
    const timeoutMs = (world.disks[0]?.settings.timeoutMs ?? 0) + 100
    const pending: Pending = {
      what,
      block,
      startedAt: clock.now(),
      leaptBefore: clock.leapt,
      boundMs: queued * steps * (2 * disks.length + 6) * timeoutMs,
      attempts,
      looks,
      abortedAt: undefined,
      gone: false,
    }
    this.#pending.add(pending)
    return pending
  }

  /** False when its process had died before it settled. */
  #leave(pending: Pending, how: string): boolean {
    if (pending.gone) return false
    this.#pending.delete(pending)
    const { clock, trace } = this.#site
    trace.add(clock.now(), pending.what, how, pending.block)
    this.#checkBound(pending)
    return true
  }

  #checkBound(pending: Pending): void {
    const { clock } = this.#site
    const leapt = clock.leapt - pending.leaptBefore
    const { what, abortedAt, startedAt, boundMs } = pending
    if (clock.now() - startedAt - leapt > boundMs) {
      pending.gone = true
      this.#pending.delete(pending)
      this.#site.violate('late', `${what} #${pending.block} has not settled after ${boundMs} ms`)
    } else if (abortedAt !== undefined && clock.now() - abortedAt - leapt > ABORT_MS) {
      pending.gone = true
      this.#pending.delete(pending)
      this.#site.violate('late', `${what} #${pending.block} has not settled ${ABORT_MS} ms after its abort`)
    }
  }

  #ended(pending: Pending, value: unknown): void {
    const there = value !== undefined && value !== false
    const isRead = pending.looks.length > 0
    if (!this.#leave(pending, isRead ? (there ? 'present' : 'absent') : 'ok')) return
    const [attempt] = pending.attempts
    const [look] = pending.looks
    if (attempt) {
      const acknowledged = attempt.kind === 'put' || !this.#wasHidden(pending)
      const end = (): void => this.#site.model.end(attempt, acknowledged, this.#damagedAt(pending.block))
      if (attempt.kind === 'delete' && this.#site.lagMs > 0) this.#site.clock.schedule(this.#site.lagMs, end)
      else end()
    }
    if (look && there) this.#judgePresence(pending, look, value)
    else if (look) this.#judgeAbsence(pending, look)
  }

  #failed(pending: Pending, error: unknown, reason: unknown): void {
    const code = errorCode(error)
    if (!this.#leave(pending, code ?? 'aborted')) return
    for (const attempt of pending.attempts) this.#site.model.end(attempt, false)
    const { what, block } = pending
    if (reason !== undefined && error === reason) return
    if (code === 'ERR_CLOSED' && this.#site.closing) return
    if (!code || !EXPECTED[what]?.includes(code))
      this.#site.violate('error', `${what} #${block} rejected with ${String(error)}`)
    else if (isQuiet(this.#site.world) && !this.#cannot(what))
      this.#site.violate('error', `${what} #${block} failed though nothing was wrong: ${String(error)}`)
  }

  /** Puts have to fail where there are not enough backends for them. */
  #cannot(what: string): boolean {
    const { world, attached, disks } = this.#site
    if (what !== 'put') return false
    const counting = disks.filter(
      ({ index, plan }) => attached.has(index) && (world.durability === 'none' || plan.durability !== 'none'),
    )
    return this.#site.needed(0) > counting.length
  }

  #judgePresence(pending: Pending, look: Look, value: unknown): void {
    const { model } = this.#site
    if (value instanceof Uint8Array && !same(value, this.#site.block(look.block).bytes))
      this.#site.violate('wrong bytes', `get #${look.block} returned bytes that do not match`)
    if (!model.mayBePresent(look))
      this.#site.violate('came back', `${pending.what} #${look.block} found a block that was deleted`)
  }

  #judgeAbsence(pending: Pending, look: Look): void {
    const isList = pending.what === 'list'
    const { startedAt } = pending
    const away = this.#awayAt(look.block, isList ? startedAt : this.#site.clock.now(), startedAt)
    // A listing is one of the backends that may be read.
    if (isList) away.push(...this.#unreadSince(startedAt))
    away.push(...this.#site.forsaken)
    if (this.#site.model.mayBeAbsent(look, away)) return
    // With a copy lost, the others may be on backends that did not answer.
    if (this.#site.promises.fewAnswers && this.#site.model.copiesLost(look, away) > 0) return
    const copies = this.#site.disks.filter((disk) => disk.stored.has(this.#site.block(look.block).index))
    const where = copies.map(({ plan }) => plan.id).join(', ') || 'no disk'
    this.#site.violate('lost', `${pending.what} #${look.block} did not find a block that is on ${where}`)
  }

  #judgeListing(pending: Pending, found: readonly CID[]): void {
    if (!this.#leave(pending, 'ok')) return
    const { world } = this.#site
    const seen = new Set<number>()
    for (const cid of found) {
      const block = (indexOf(cid) ?? -1) - world.firstBlock
      if (seen.has(block)) this.#site.violate('listing', `list yields #${block} twice`)
      if (block < 0 || block >= world.blocks) this.#site.violate('listing', 'list yields an unknown block')
      seen.add(block)
    }
    for (const look of pending.looks) {
      if (seen.has(look.block)) this.#judgePresence(pending, look, true)
      else this.#judgeAbsence(pending, look)
    }
  }

  /** A store was away with the block when its delete was acknowledged, and nobody has to have noticed. */
  #wasHidden({ block, startedAt }: Pending): boolean {
    const { index } = this.#site.block(block)
    const since = startedAt - STORE_SEEN_MS
    return this.#site.disks.some(
      (disk) =>
        disk.stored.has(index) &&
        (disk.unmountedAt >= since || (!this.#site.promises.storeAtDelete && disk.wasAway(startedAt))),
    )
  }

  #damagedAt(block: number): readonly number[] {
    const { index } = this.#site.block(block)
    return this.#site.disks.filter((disk) => disk.isDamaged(index)).map((disk) => disk.index)
  }

  /** Disks whose store was unmounted so lately, or came back so soon, that nobody has to have noticed. */
  #awayAt(block: number, seenAt: number, startedAt: number): number[] {
    const { index } = this.#site.block(block)
    const isUnseen = (disk: Disk): boolean =>
      seenAt - disk.unmountedAt <= STORE_SEEN_MS || (disk.mounted && disk.wasAway(startedAt))
    return this.#site.disks
      .filter((disk) => disk.stored.has(index) && isUnseen(disk))
      .map((disk) => disk.index)
  }

  #unreadSince(since: number): readonly number[] {
    const { disks, unreadUntil } = this.#site
    return disks.map(({ index }) => index).filter((disk) => (unreadUntil[disk] ?? -1) >= since)
  }
}

async function listed(pool: StoragePool): Promise<readonly CID[]> {
  const found: CID[] = []
  for await (const cid of pool.list()) found.push(cid)
  return found
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]))
}
