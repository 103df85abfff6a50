import { isWanted } from '../filter.ts'
import type { Server, Topic } from '../race.ts'
import type { Row } from '../row.ts'
import type { Outcome } from './messages.ts'
import { runTopic } from './topic.ts'

export interface BenchOptions {
  readonly words: readonly string[]
  readonly quick: boolean
  readonly rounds: number
  readonly onOutcome?: (outcome: Outcome) => void
}

export interface BenchResult {
  readonly rows: readonly Row[]
  readonly leftOut: readonly { readonly race: string; readonly missing: readonly Server[] }[]
  readonly failed: readonly { readonly race: string; readonly reason: string }[]
}

/** Runs the races that are wanted, topic by topic, nothing else at the same time. */
export async function bench(topics: readonly Topic[], options: BenchOptions): Promise<BenchResult> {
  const rows: Row[] = []
  const leftOut: BenchResult['leftOut'][number][] = []
  const failed: BenchResult['failed'][number][] = []
  for (const topic of topics) {
    if (!topic.races(options).some((race) => isWanted(race, options.words))) continue
    const { words, quick, rounds } = options
    await runTopic({ topic: topic.id, words, quick, rounds }, (outcome) => {
      if (outcome.kind === 'rows') rows.push(...outcome.rows)
      if (outcome.kind === 'left out') leftOut.push(outcome)
      if (outcome.kind === 'failed') failed.push(outcome)
      options.onOutcome?.(outcome)
    })
  }
  return { rows, leftOut, failed }
}
