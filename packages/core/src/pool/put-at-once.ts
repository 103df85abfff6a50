import type { Block } from '../block.ts'
import type { PoolContext, Subject } from './context.ts'
import { Copies } from './copies.ts'

const NONE_BAD: ReadonlySet<number> = new Set()
/** Only an open breaker goes by the time. */
const ANY_TIME = 0

/**
 * Writes the copies of a block as far as backends take them without waiting (`Backend.tryPut`), from the first on, in the
 * order in which a `PutOperation` would: that goes on with what is returned, unless it is complete. Undefined when the
 * put has more to heed, and nothing was done. To be called while no other change of the block is under way.
 * @throws what the strategy throws
 */
export function putAtOnce(context: PoolContext, subject: Subject, block: Block): Copies | undefined {
  const { members, turns } = context
  if (!isCalm(context, subject)) return undefined
  const size = block.bytes.length
  const copies = new Copies(context, subject, size)
  const wanted = copies.planAmong(members.writers(size, ANY_TIME)).copies
  // The journal has to learn of it before.
  if (copies.quorum < context.leastCopies) return copies
  while (copies.holders.length < wanted) {
    const next = copies.next(NONE_BAD, ANY_TIME)
    if (!next?.tryPut(block)) {
      copies.giveBack(next)
      break
    }
    copies.add(next)
    context.stored(subject, next, size)
  }
  if (copies.holders.length > 0) turns.passed(subject.turnKey)
  return copies
}

/**
 * Nothing is known of the block, no operation is to be told of a put, and no backend is out of service.
 */
function isCalm(context: PoolContext, subject: Subject): boolean {
  const { behind, debts, locations, members, options, quarantine, scrubs, sharing, unsettled } = context
  const { turnKey } = subject
  return (
    !sharing &&
    scrubs.size === 0 &&
    members.all.length >= options.minHealthy &&
    members.allServe &&
    !behind.has(turnKey) &&
    locations.get(subject).length === 0 &&
    (unsettled.isEmpty || !unsettled.hasAny(subject.key)) &&
    (quarantine.isEmpty || quarantine.of(subject.key).size === 0) &&
    (debts.size === 0 || !debts.of(subject.key)) &&
    (debts.tombs === 0 || !debts.isBuried(subject.key))
  )
}
