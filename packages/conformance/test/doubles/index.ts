import type { Broken } from './broken.ts'
import { brokenAborts } from './broken-aborts.ts'
import { brokenBytes } from './broken-bytes.ts'
import { brokenLifetimes } from './broken-lifetimes.ts'
import { brokenLists } from './broken-lists.ts'
import { brokenVerbs } from './broken-verbs.ts'

export const brokenBackends: readonly Broken[] = [
  ...brokenVerbs,
  ...brokenLists,
  ...brokenBytes,
  ...brokenAborts,
  ...brokenLifetimes,
]
