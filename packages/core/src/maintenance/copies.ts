import type { Block } from '../block.ts'
import { PoolError } from '../errors.ts'
import { quorumOf } from '../plan/quorum.ts'
import type { PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import { counts, planWrite } from '../pool/write-plan.ts'
import { ask } from './turn.ts'

/** What came of making the copies of a block complete. */
export interface Replication {
  /** Backends that were given a copy. */
  readonly written: readonly Member[]
  /** Copies of it that count for the quorum. */
  readonly counted: number
  /** Copies that still lack for the quorum. */
  readonly lacking: number
  /** Copies that still lack in all. */
  readonly short: number
}

/**
 * Writes the copies of a block that lack, leaving one backend out of account. To be called in the block's turn. Without
 * bytes it only counts.
 */
export async function replicate(
  context: PoolContext,
  subject: Subject,
  bytes: Uint8Array | undefined,
  except?: Member,
): Promise<Replication> {
  const unsettled = (member: Member): boolean => context.unsettled.has(subject.key, member)
  const holders = (await holdersOf(context, subject, except)).filter((member) => !unsettled(member))
  const bad = context.corruptAt(subject)
  const size = bytes?.length ?? 0
  const candidates = context.members
    .writers(size, context.options.clock.now())
    .filter((member) => member !== except && !unsettled(member) && !bad.has(member.location))
  const plan = planWrite(context, context.request('write', subject, size), candidates)
  const needed = quorumOf(plan.copies, context.options.writeQuorum)
  const counted = (): number => holders.filter((holder) => counts(context, holder)).length
  const lacking = (): number => Math.max(0, needed - counted())
  const written: Member[] = []
  while (bytes && (holders.length < plan.copies || lacking() > 0)) {
    const any = holders.length < plan.copies
    const next = plan.spread.next({
      holdsZone: (zone) => holders.some((holder) => holder.zone === zone),
      fits: (member) => !holders.includes(member) && (any || counts(context, member)),
    })
    if (!next) break
    const error = await rewrite(context, subject, { cid: subject.cid, bytes }, next)
    if (error !== undefined) continue
    holders.push(next)
    written.push(next)
  }
  const short = Math.max(0, plan.copies - holders.length)
  return { written, counted: counted(), lacking: lacking(), short }
}

/** Backends that say they hold the block, but for one and those that are being drained. */
export async function holdersOf(context: PoolContext, subject: Subject, except?: Member): Promise<Member[]> {
  const bad = context.corruptAt(subject)
  const others = context.members.readers.filter(
    (other) => other !== except && !other.draining && !bad.has(other.location),
  )
  const calls = await Promise.all(others.map((other) => ask(context, other, 'has', subject)))
  return calls.filter((call) => call.outcome === 'ok').map((call) => call.member)
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
    const call = await ask(context, member, verb, subject, verb === 'put' ? block : undefined)
    context.unsettled.track(subject, call)
    if (call.outcome !== 'ok') {
      return (
        call.error ?? new PoolError('ERR_BACKEND', `${member.label} does not hold what was just put there`)
      )
    }
  }
  context.healed(subject, member, block.bytes.length)
  return undefined
}
