import type { CID } from 'multiformats/cid'
import { rawCid } from '../block.ts'
import { errorCode, PoolError } from '../errors.ts'
import { type PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import { holdersOf, replicate } from './copies.ts'
import { ask, inTurn } from './turn.ts'

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
  /** What the backend's `close` failed with; it is detached all the same. */
  readonly closeError?: unknown
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
  try {
    // What is put here now may come behind the listing.
    await member.putsEnded()
    // Until a whole listing finds nothing, of the store that was opened: it may have been away for a moment.
    for (let found = true; found; ) {
      found = false
      await assertSameStore(context, member)
      for await (const cid of member.list(signal)) {
        context.assertOpen()
        found = true
        const subject = new Subject(cid)
        const bytes = await inTurn(context, subject, () => move(context, member, subject))
        if (bytes > 0) moved++
        movedBytes += bytes
      }
      await assertSameStore(context, member)
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (errorCode(error) === 'ERR_DRAIN_INCOMPLETE') throw error
    throw incomplete(member, 'its blocks cannot be listed', error)
  }
  return { moved, movedBytes, atRisk: 0, atRiskCids: [], complete: true }
}

/** Makes sure that a block has its copies elsewhere, and deletes it here. Resolves to the bytes that were copied. */
async function move(context: PoolContext, member: Member, subject: Subject): Promise<number> {
  // An earlier put that lands after the block was deleted here would be taken for a copy to move.
  if (!(await context.unsettled.clear(subject.key, member)))
    throw incomplete(member, 'an earlier change of a block has not ended there')
  if ((context.debts.of(subject.key)?.deleteFrom.size ?? 0) > 0) {
    await clear(context, member, subject)
    return 0
  }
  const got = await ask(context, member, 'get', subject)
  if (got.outcome === 'missing') return 0
  if (got.outcome === 'corrupt') context.corrupted(subject, member)
  else if (!got.bytes) throw incomplete(member, 'a block cannot be read from it', got.error)
  const { written, counted, lacking, short } = await replicate(context, subject, got.bytes, member)
  if (lacking > 0)
    throw incomplete(member, `a block lacks ${lacking} copies on the other backends`, got.error)
  // Where copies go to all backends, those that stay hold fewer than the put was acknowledged with.
  await context.lowerLeastCopies(counted)
  if (short > 0) await context.debts.lacks(subject.key, subject.cid.multihash.bytes)
  // Before it is gone from here: a listing may have passed by where it went.
  for (const listing of context.listings) listing.moved(rawCid(subject.cid))
  await clear(context, member, subject)
  return written.length * (got.bytes?.length ?? 0)
}

/** Deletes a block from the backend that is being drained. */
async function clear(context: PoolContext, member: Member, subject: Subject): Promise<void> {
  const deleted = await ask(context, member, 'delete', subject)
  context.unsettled.track(subject, deleted)
  if (deleted.outcome !== 'ok') throw incomplete(member, 'a block cannot be deleted from it', deleted.error)
  context.deleted(subject, member)
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
    await member.putsEnded()
    for await (const cid of member.list(signal)) {
      context.assertOpen()
      const subject = new Subject(cid)
      if (context.debts.hides(subject.key)) continue
      if ((await holdersOf(context, subject, member)).length > 0) continue
      atRisk++
      if (atRiskCids.length < NAMED) atRiskCids.push(cid)
    }
    await assertSameStore(context, member)
  } catch {
    signal?.throwIfAborted()
    context.assertOpen()
    complete = false
  }
  return { moved: 0, movedBytes: 0, atRisk, atRiskCids, complete }
}

/** The listing of a store that is not the one that was opened says nothing. */
async function assertSameStore(context: PoolContext, member: Member): Promise<void> {
  if (!(await context.monitor.unconfirmed([member], 0))?.length) return
  throw new PoolError('ERR_STORE_GONE', `${member.label}: its store did not identify itself`, {
    retryable: true,
  })
}

function incomplete(member: Member, why: string, cause?: unknown): PoolError {
  const message = `${member.label} was not removed: ${why}. Add a backend with room, or remove with force and lose it`
  return new PoolError('ERR_DRAIN_INCOMPLETE', message, { cause })
}
