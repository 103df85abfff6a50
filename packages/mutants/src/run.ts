import { finds } from './judge.ts'
import type { Mutant } from './mutant.ts'
import { WorkspaceCopy } from './workspace.ts'

export interface MutantsReport {
  readonly planted: number
  readonly caught: number
  /** Names of those that nothing has caught. */
  readonly missed: readonly string[]
}

/** Copies of the workspace that are worked on side by side. */
const LANES = 2

/** Plants each bug alone, and runs what is recorded to catch it. */
export async function runMutants(
  mutants: readonly Mutant[],
  onResult: (mutant: Mutant, caught: boolean) => void = () => {},
): Promise<MutantsReport> {
  const left = [...mutants]
  const missed: string[] = []
  const lane = async (): Promise<void> => {
    const copy = new WorkspaceCopy()
    try {
      for (let mutant = left.shift(); mutant; mutant = left.shift()) {
        const { caughtBy, name } = mutant
        const caught = await copy.with(mutant, () => finds(caughtBy, copy.path))
        if (!caught) missed.push(name)
        onResult(mutant, caught)
      }
    } finally {
      copy.remove()
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { planted: mutants.length, caught: mutants.length - missed.length, missed }
}
