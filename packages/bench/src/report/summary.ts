import type { BenchResult } from '../run/bench.ts'
import { sources } from '../servers.ts'
import { lineOf } from './text.ts'

/** What was left out and why, and the goals: how many are met, and each that is not. */
export function summaryOf({ rows, leftOut }: BenchResult): readonly string[] {
  const goals = rows.filter(({ goal }) => goal !== null)
  const missed = goals.filter(({ met }) => !met)
  return [
    ...leftOut.map(({ race, missing }) => {
      const how = missing.map((server) => sources[server]).join('; ')
      return `NOT RUN: ${race}: ${missing.join(' and ')} is not there. To run it: ${how}`
    }),
    `${rows.length} comparisons; ${goals.length - missed.length} of ${goals.length} goals met`,
    ...missed.map((row) => `missed: ${lineOf(row)}`),
  ]
}
