import type { Row } from '../row.ts'
import type { BenchResult } from '../run/bench.ts'
import { type Environment, environment } from './environment.ts'

/** What `--json` prints, and what the page is made from. */
export interface Report {
  readonly environment: Environment
  readonly cases: readonly Row[]
  readonly leftOut: BenchResult['leftOut']
  readonly failed: BenchResult['failed']
}

export function asJson({ rows, leftOut, failed }: BenchResult): Report {
  return {
    environment: environment(),
    cases: rows,
    leftOut: leftOut.map(({ race, missing }) => ({ race, missing })),
    failed: failed.map(({ race, reason }) => ({ race, reason })),
  }
}
