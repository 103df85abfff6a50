import { PoolError } from '../errors.ts'
import { assess, drain, type RemoveReport } from '../maintenance/drain.ts'
import { abortable } from './abortable.ts'
import type { PoolContext } from './context.ts'
import { eraseNote, noteJournal } from './journal-notes.ts'
import type { Member } from './member.ts'

/**
 * Opens one more backend and makes it one of the pool's, empty unless its blocks are adopted.
 * @throws PoolError `ERR_BACKEND_EXISTS`, `ERR_BACKEND_NOT_EMPTY`, or what its `open` throws.
 */
export async function attach(context: PoolContext, member: Member, adopt: boolean): Promise<void> {
  const { members, monitor } = context
  await monitor.open(member)
  try {
    if (!adopt) await assertEmpty(member)
    if (members.has(member.id)) throw taken(member.id)
    context.assertOpen()
  } catch (error) {
    await member.shut()
    throw error
  }
  // What it holds may be the only copy of a block that nobody vouches for.
  if (adopt) await context.lowerLeastCopies(1)
  members.add(member)
  await noteJournal(context, [member])
  context.emit({ type: 'added', backend: member.id })
}

/**
 * Moves the blocks of a backend to the others, or with force only says which may be lost, and lets it go.
 * @throws PoolError `ERR_DRAIN_INCOMPLETE`; it stays one of the pool's then.
 */
export async function detach(
  context: PoolContext,
  member: Member,
  force: boolean,
  signal: AbortSignal | undefined,
): Promise<RemoveReport> {
  if (member.draining) {
    throw new PoolError('ERR_DRAIN_INCOMPLETE', `${member.label} is being removed already`)
  }
  member.draining = true
  context.members.changed()
  context.begin()
  try {
    const report = await emptied(context, member, force, signal)
    await leave(context, member, force)
    return await letGo(context, member, report)
  } finally {
    context.finish()
  }
}

async function emptied(
  context: PoolContext,
  member: Member,
  force: boolean,
  signal: AbortSignal | undefined,
): Promise<RemoveReport> {
  try {
    return await abortable((force ? assess : drain)(context, member, signal), signal)
  } catch (error) {
    member.draining = false
    context.members.changed()
    throw error
  }
}

/** At one moment the backend is gone, and blocks may have one copy less: in between an absence would be unknown, or wrong. */
async function leave(context: PoolContext, member: Member, force: boolean): Promise<void> {
  context.members.remove(member)
  try {
    if (force) await context.lowerLeastCopies(context.leastCopies - 1)
  } catch (error) {
    member.draining = false
    context.members.add(member)
    throw error
  }
}

async function letGo(context: PoolContext, member: Member, report: RemoveReport): Promise<RemoveReport> {
  context.unsettled.forget(member)
  context.quarantine.forget(member.location)
  context.debts.forget(member.id)
  await eraseNote(member)
  const [closed] = await Promise.allSettled([member.shut()])
  context.emit({ type: 'removed', backend: member.id })
  return closed.status === 'rejected' ? { ...report, closeError: closed.reason } : report
}

async function assertEmpty(member: Member): Promise<void> {
  for await (const _cid of member.list()) {
    throw new PoolError(
      'ERR_BACKEND_NOT_EMPTY',
      `${member.label} already holds blocks: add it with adopt: true to take them over, or empty it`,
    )
  }
}

export function taken(id: string): PoolError {
  return new PoolError('ERR_BACKEND_EXISTS', `a backend has the id '${id}' already`)
}
