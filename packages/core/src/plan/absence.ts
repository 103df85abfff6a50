import type { Outcome } from '../errors.ts'

/** What the backends said about a block that nobody returned. `silent` are those that were not or cannot be asked. */
export interface Answers {
  readonly missing: number
  readonly corrupt: number
  readonly silent: number
}

/**
 * Whether a block is absent. It is only if every attached backend said so; with copies that are all corrupt it is
 * `corrupt`; anything else is not known.
 */
export function judgeAbsence(answers: Answers): 'absent' | 'corrupt' | 'unknown' {
  if (answers.silent > 0) return 'unknown'
  return answers.corrupt > 0 ? 'corrupt' : 'absent'
}

/** Counts one answer; `undefined` stands for a backend that was not asked. */
export function countAnswer(answers: Answers, outcome: Outcome | undefined): Answers {
  if (outcome === 'missing') return { ...answers, missing: answers.missing + 1 }
  if (outcome === 'corrupt') return { ...answers, corrupt: answers.corrupt + 1 }
  return { ...answers, silent: answers.silent + 1 }
}

export const NO_ANSWERS: Answers = { missing: 0, corrupt: 0, silent: 0 }
