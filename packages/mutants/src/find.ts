import { failedSeeds, failedTests } from './judge.ts'
import type { Mutant } from './mutant.ts'
import { WorkspaceCopy } from './workspace.ts'

const OPS = 500
/** Seeds that are tried. */
const SEEDS = 100
const SHOWN = 5

/** Prints what would catch each bug: the first seeds, or else tests of its package. For choosing what to record. */
export async function find(mutants: readonly Mutant[]): Promise<void> {
  const copy = new WorkspaceCopy()
  try {
    for (const mutant of mutants) {
      await copy.with(mutant, async () => {
        console.log(`\n${mutant.name}`)
        const seeds = await failedSeeds([1, SEEDS], OPS, copy.path)
        if (seeds.length > 0) console.log(`  seeds: ${seeds.slice(0, SHOWN)}`)
        else for (const test of await testsOf(mutant, copy.path)) console.log(`  test: ${test}`)
      })
    }
  } finally {
    copy.remove()
  }
}

/** Those of the package that fail. */
function testsOf({ file }: Mutant, path: string): Promise<readonly string[]> {
  return failedTests(`${file.split('/src/')[0]}/test`, path)
}
