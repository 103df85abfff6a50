import type { RunReport } from './report.ts'
import { type RunOptions, run } from './run.ts'
import type { Step } from './steps.ts'

/** Runs that are spent on making a failure smaller, at most. */
const TRIES = 600

/** A failing run with as few steps as were found to fail in the same way. */
export interface Shrunk {
  readonly steps: readonly Step[]
  /** Of the run of these steps, with its lines. */
  readonly report: RunReport
}

/**
 * Leaves out steps while the run still breaks the same rule: halves first, single steps last (Andreas Zeller's delta
 * debugging, 1999, without its complements).
 */
export async function shrink(failing: RunOptions, tries: number = TRIES): Promise<Shrunk> {
  const rule = (await run(failing)).violations[0]?.rule
  let { steps } = failing
  let left = tries
  const stillFails = async (fewer: readonly Step[]): Promise<boolean> => {
    left--
    const { violations } = await run({ ...failing, steps: fewer })
    return violations.some((violation) => violation.rule === rule)
  }
  for (let size = Math.ceil(steps.length / 2); rule && size >= 1 && left > 0; ) {
    const before = steps.length
    for (let at = 0; at < steps.length && left > 0; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)]
      if (await stillFails(fewer)) steps = fewer
      else at += size
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (steps.length === before) break
  }
  return { steps, report: await run({ ...failing, steps, keepTrace: true }) }
}
