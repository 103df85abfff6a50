import { PoolError } from '../errors.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'

/** Which state of which journal a store was used with last. */
export interface JournalNote {
  readonly journal: string
  readonly generation: number
  /** Journals in whose place it stands. */
  readonly replaces: readonly string[]
}

/** Reads a member's note, to be compared with the journal. Rejects when the backend cannot read it. */
export async function readNote(member: Member): Promise<void> {
  const { backend } = member
  if (!backend.readNote || member.traits.durability === 'none') return
  member.note = parse(await member.within('readNote', async (options) => backend.readNote?.(options)))
}

/**
 * Tells the stores which state of the journal they are used with: the one that it has now. A store that cannot be told
 * keeps an older note, which is still true, and is told the next time.
 */
export async function noteJournal(
  context: PoolContext,
  members: readonly Member[] = context.members.all,
): Promise<void> {
  if (context.options.journal.durability === 'none') return
  const note: JournalNote = {
    journal: context.journalId,
    generation: context.writtenGeneration,
    replaces: context.replaces,
  }
  await Promise.all(members.map((member) => writeNote(member, JSON.stringify(note)).catch(() => {})))
}

/** A store that leaves the pool is free for another one. */
export async function eraseNote(member: Member): Promise<void> {
  await writeNote(member, '').catch(() => {})
}

/**
 * No member's store was used with a newer state of the journal, or with another one.
 * @throws PoolError `ERR_JOURNAL_LOST`
 */
export async function assertNewest(context: PoolContext, members: readonly Member[]): Promise<void> {
  const { shared } = context.options.journal
  let [newer] = newerNotes(context, members)
  if (newer && shared) {
    // Another process may have written the head since it was read here.
    context.generation = Math.max(context.generation, await shared.generation())
    ;[newer] = newerNotes(context, members)
  }
  if (newer) throw journalLost(newer)
}

/** Those that were used with a newer state of the journal, or with another one. */
export function newerNotes(context: PoolContext, members: readonly Member[]): readonly Member[] {
  const { generation, journalId, options, replaces } = context
  if (options.journal.durability === 'none') return []
  return members.filter(({ note }) => {
    if (!note || replaces.includes(note.journal)) return false
    return note.journal !== journalId || note.generation > generation
  })
}

/** The error that names the backend by which the journal is not the newest. */
function journalLost({ label, note }: Member): PoolError {
  return new PoolError(
    'ERR_JOURNAL_LOST',
    `the journal is not the one that ${label} was used with, or older than its state ${note?.generation}: bring the newest one back, or open with acceptJournalLoss: true, and deletes that were not confirmed may come back`,
  )
}

async function writeNote(member: Member, note: string): Promise<void> {
  const { backend } = member
  if (!backend.writeNote || member.traits.durability === 'none' || member.unhealthyReason === 'not open')
    return
  await member.within('writeNote', async (options) => backend.writeNote?.(note, options))
}

function parse(text: string | undefined): JournalNote | undefined {
  if (!text) return undefined
  try {
    const { journal, generation, replaces = [] } = Object(JSON.parse(text)) as Partial<JournalNote>
    return typeof journal === 'string' && Number.isSafeInteger(generation)
      ? { journal, generation: generation as number, replaces }
      : undefined
  } catch {
    return undefined
  }
}
