import { blockKey, cidFromMultihash } from '../block.ts'
import { quorumOf } from '../plan/quorum.ts'
import { randomId } from '../random.ts'
import type { JournalHead } from '../state/journal.ts'
import type { PoolContext } from './context.ts'
import { assertNewest, newerNotes, noteJournal } from './journal-notes.ts'
import type { Member } from './member.ts'

/** Ids of journals kept that another one has replaced. */
const MOST_REPLACED = 8

/** Takes up which stores the journal knows, before the backends are opened. */
export async function recall(context: PoolContext): Promise<JournalHead | undefined> {
  const { members, options } = context
  const head = await options.journal.open()
  context.journalId = head?.id ?? randomId()
  context.replaces = head?.replaces ?? []
  context.generation = head?.generation ?? 0
  for (const member of members.all) member.storeId ??= head?.stores[member.id]
  return head
}

/**
 * No backend has been used with a newer journal, or with another one; or that is accepted.
 * @throws PoolError `ERR_JOURNAL_LOST`
 */
export async function assertNewestJournal(context: PoolContext): Promise<void> {
  if (!context.options.acceptJournalLoss) await assertNewest(context, context.members.all)
}

/** The journal stands from now on in the place of those that the backends were used with. */
async function replaceJournals(context: PoolContext, newer: readonly Member[]): Promise<void> {
  const ids = newer.flatMap(({ note }) => (note ? [note.journal, ...note.replaces] : []))
  context.replaces = [...new Set([...ids, context.journalId, ...context.replaces])].slice(0, MOST_REPLACED)
  context.journalId = randomId()
  for (const member of context.members.all)
    if (member.unhealthyReason === 'not open') member.storeId = undefined
  await context.debts.forgiveDeletes()
}

/**
 * The backends are open: takes up what is owed, says how few copies a block can have, and that the pool is in use.
 * @throws what the journal throws.
 */
export async function resume(context: PoolContext, head: JournalHead | undefined): Promise<void> {
  const { debts, members, options } = context
  const newer = newerNotes(context, members.all)
  if (options.journal.durability !== 'none')
    await debts.load((multihash) => blockKey(cidFromMultihash(multihash)))
  if (newer.length > 0) await replaceJournals(context, newer)
  quarantine(context)
  context.leastCopies = newer.length > 0 ? 1 : await leastCopies(context, head)
  await context.writeHead(false)
  await noteJournal(context)
  context.inUse = true
  context.repairs.retry()
}

/** Copies that are known to be corrupt. */
function quarantine({ debts, members, quarantine }: PoolContext): void {
  for (const [key, debt] of debts.entries()) {
    for (const id of debt.corruptIn) {
      const member = members.find(id)
      if (member) quarantine.add(key, member.location)
    }
  }
}

/** The pool closes in good order. */
export async function leave(context: PoolContext): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([endJournal(context)])
  return result
}

async function endJournal(context: PoolContext): Promise<void> {
  try {
    await context.debts.flushed()
    if (!context.inUse) return
    context.inUse = false
    await context.writeHead(true)
    await noteJournal(context)
  } finally {
    await context.options.journal.close()
  }
}

/** F: what the journal says after a clean close; the whole quorum of a pool that is new; otherwise 1. */
async function leastCopies(context: PoolContext, head: JournalHead | undefined): Promise<number> {
  const { members, options } = context
  // Processes come and go, some of them unclean.
  if (options.journal.shared) return 1
  if (head) return head.clean ? head.leastCopies : 1
  const quorum = quorumOf(options.copies, options.writeQuorum)
  if (options.trustQuorum) return quorum
  for (const member of members.all) if (!(await isEmpty(member))) return 1
  return quorum
}

async function isEmpty(member: Member): Promise<boolean> {
  if (member.unhealthyReason !== undefined) return false
  if (member.measured) return member.blocks === 0
  try {
    return await member.within('list', async ({ signal }) => {
      for await (const _cid of member.backend.list({ signal })) return false
      return true
    })
  } catch {
    return false
  }
}
