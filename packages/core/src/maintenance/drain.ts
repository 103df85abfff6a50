import type { CID } from 'multiformats/cid'
import { type Block, rawCid } from '../block.ts'
import { PoolError } from '../errors.ts'
import { whyNotRead } from '../plan/eligibility.ts'
import { quorumOf } from '../plan/quorum.ts'
import { type PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import { planWrite } from '../pool/write.ts'
import { ask, inTurn } from './repair.ts'

/** CIDs named in a report at most. */
const NAMED = 1_000

/** What removing a backend did, or may have lost. */
export interface RemoveReport {
  /** Blocks and bytes that were copied to other backends. */
  readonly moved: number
  readonly movedBytes: number
  /** Blocks that no other backend said it holds; only a forced removal leaves any. */
  readonly atRisk: number
  /** The first 1,000 of them. */
  readonly atRiskCids: readonly CID[]
  /** The backend could be listed to its end, so that `atRisk` is the whole truth. */
  readonly complete: boolean
}

/**
 * Moves every block of a backend to the others and empties it.
 * @throws PoolError `ERR_DRAIN_INCOMPLETE` when a block cannot be moved; what was moved stays moved.
 */
export async function drain(
  context: PoolContext,
  member: Member,
  signal?: AbortSignal,
): Promise<RemoveReport> {
  let moved = 0
  let movedBytes = 0
  for await (const cid of member.backend.list({ signal })) {
    signal?.throwIfAborted()
    const subject = new Subject(cid)
    const bytes = await inTurn(context, subject, () => move(context, member, subject))
    for (const listing of context.listings) listing.moved(rawCid(cid))
    if (bytes > 0) moved++
    movedBytes += bytes
  }
  return { moved, movedBytes, atRisk: 0, atRiskCids: [], complete: true }
}

/** Makes sure that a block has its copies elsewhere, and deletes it here. Resolves to the bytes that were copied. */
async function move(context: PoolContext, member: Member, subject: Subject): Promise<number> {
  const got = await ask(member, 'get', subject)
  if (got.outcome === 'missing') return 0
  if (got.outcome !== 'ok' || !got.bytes) {
    throw incomplete(member, 'a block cannot be read from it', got.error)
  }
  const block: Block = { cid: subject.cid, bytes: got.bytes }
  const holders = await holdersBeside(context, member, subject)
  const request = context.request('write', subject, block.bytes.length)
  const candidates = context.members
    .writers(block.bytes.length)
    .filter((m) => !context.unsettled.has(subject.key, m))
  const plan = planWrite(context, request, candidates)
  let copied = 0
  while (holders.length < plan.copies) {
    const zones = holders.map((holder) => holder.zone)
    const next = plan.spread.next(zones, (candidate) => !holders.includes(candidate))
    if (!next) break
    const put = await ask(next, 'put', subject, block)
    context.unsettled.track(subject.key, put)
    if (put.outcome !== 'ok') continue
    context.stored(subject, next, block.bytes.length)
    holders.push(next)
    copied += block.bytes.length
  }
  const needed = quorumOf(plan.copies, context.options.writeQuorum)
  if (holders.length < needed) {
    throw incomplete(member, `a block has ${holders.length} of ${needed} copies on the other backends`)
  }
  const deleted = await ask(member, 'delete', subject)
  context.unsettled.track(subject.key, deleted)
  if (deleted.outcome !== 'ok') throw incomplete(member, 'a block cannot be deleted from it', deleted.error)
  context.deleted(subject, member)
  return copied
}

/** Says what would be lost with a backend, as far as it and the others can tell. */
export async function assess(
  context: PoolContext,
  member: Member,
  signal?: AbortSignal,
): Promise<RemoveReport> {
  const atRiskCids: CID[] = []
  let atRisk = 0
  let complete = true
  try {
    for await (const cid of member.backend.list({ signal })) {
      const subject = new Subject(cid)
      if ((await holdersBeside(context, member, subject)).length > 0) continue
      atRisk++
      if (atRiskCids.length < NAMED) atRiskCids.push(cid)
    }
  } catch {
    signal?.throwIfAborted()
    complete = false
  }
  return { moved: 0, movedBytes: 0, atRisk, atRiskCids, complete }
}

async function holdersBeside(context: PoolContext, member: Member, subject: Subject): Promise<Member[]> {
  const bad = context.corruptAt(subject)
  const others = context.members.all.filter(
    (other) => other !== member && whyNotRead(other) === undefined && !bad.has(other.location),
  )
  const calls = await Promise.all(others.map((other) => ask(other, 'has', subject)))
  return calls.filter((call) => call.outcome === 'ok').map((call) => call.member)
}

function incomplete(member: Member, why: string, cause?: unknown): PoolError {
  const message = `${member.label} was not removed: ${why}. Add a backend with room, or remove with force and lose it`
  return new PoolError('ERR_DRAIN_INCOMPLETE', message, { cause })
}
