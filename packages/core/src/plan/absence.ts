import type { Durability } from '../backend.ts'
import type { Outcome } from '../errors.ts'

/** What one attached backend said about a block that nobody returned; undefined when it was not asked, or not believed. */
export interface Answer {
  readonly outcome: Outcome | undefined
  readonly durability: Durability
}

/**
 * Whether a block is absent. It is if every attached backend said so; and if fewer than `leastCopies` did not, because
 * then one that did would have a copy, unless something is owed for the block (`indebted`). A store that loses its blocks
 * with its process may have lost this one, so its "missing" counts for the first rule only.
 *
 * Not absent, with copies that are all corrupt: `corrupt`; anything else is not known.
 */
export function judgeAbsence(
  answers: readonly Answer[],
  leastCopies: number,
  indebted: boolean,
): 'absent' | 'corrupt' | 'unknown' {
  let silent = 0
  let corrupt = 0
  let forgetful = 0
  for (const { outcome, durability } of answers) {
    if (outcome === 'corrupt') corrupt++
    else if (outcome !== 'missing') silent++
    else if (durability === 'none') forgetful++
  }
  if (silent + corrupt === 0) return 'absent'
  if (!indebted && corrupt === 0 && silent + forgetful < leastCopies) return 'absent'
  return silent > 0 ? 'unknown' : 'corrupt'
}
