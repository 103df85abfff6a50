import type { Server } from '../race.ts'
import type { Row } from '../row.ts'

/** What the process of a topic is to do. */
export interface Task {
  readonly topic: string
  readonly words: readonly string[]
  readonly quick: boolean
  readonly rounds: number
}

/** What it tells, race by race. */
export type Outcome =
  | { readonly kind: 'begun'; readonly race: string }
  | { readonly kind: 'rows'; readonly race: string; readonly rows: readonly Row[] }
  | { readonly kind: 'left out'; readonly race: string; readonly missing: readonly Server[] }
  | { readonly kind: 'failed'; readonly race: string; readonly reason: string }
