import type { Mutant } from '../mutant.ts'
import { backends } from './backends.ts'
import { deletes } from './deletes.ts'
import { health } from './health.ts'
import { maintenance } from './maintenance.ts'
import { reads } from './reads.ts'
import { sharing } from './sharing.ts'
import { writes } from './writes.ts'

/** Every bug that is planted. */
export const mutants: readonly Mutant[] = [
  ...writes,
  ...reads,
  ...deletes,
  ...health,
  ...maintenance,
  ...sharing,
  ...backends,
]
