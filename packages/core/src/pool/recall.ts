import { blockKey, cidFromMultihash } from '../block.ts'
import { quorumOf } from '../plan/quorum.ts'
import type { JournalHead } from '../state/journal.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'

/** Takes up what the journal knows, before the backends are opened. */
export async function recall(context: PoolContext): Promise<JournalHead | undefined> {
  const { debts, members, options, quarantine } = context
  const head = await options.journal.open()
  if (options.journal.durability !== 'none')
    await debts.load((multihash) => blockKey(cidFromMultihash(multihash)))
  context.journalId = head?.id ?? globalThis.crypto.randomUUID()
  context.generation = head?.generation ?? 0
  for (const member of members.all) member.storeId ??= head?.stores[member.id]
  for (const [key, debt] of debts.entries()) {
    for (const id of debt.corruptIn) {
      const member = members.find(id)
      if (member) quarantine.add(key, member.location)
    }
  }
  return head
}

/** The backends are open: says how few copies a block can have, and that the pool is in use. */
export async function resume(context: PoolContext, head: JournalHead | undefined): Promise<void> {
  context.leastCopies = await leastCopies(context, head)
  await context.writeHead(false)
  context.inUse = true
  context.repairs.retry()
}

/** The pool closes in good order. */
export async function leave(context: PoolContext): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([endJournal(context)])
  return result
}

async function endJournal(context: PoolContext): Promise<void> {
  await context.debts.flushed()
  if (context.inUse) await context.writeHead(true)
  context.inUse = false
  await context.options.journal.close()
}

/** F: what the journal says after a clean close; the whole quorum of a pool that is new; otherwise 1. */
async function leastCopies(context: PoolContext, head: JournalHead | undefined): Promise<number> {
  const { members, options } = context
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
