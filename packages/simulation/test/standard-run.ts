import { expect, test } from 'vitest'
import { FAULT_KINDS, simulate } from '../src/index.ts'
import { strategies } from '../src/strategies.ts'

const OPS = 500
/** How often each kind of fault has to fire in the 2,000 worlds of the standard run. */
const FIRED = 1_000 / 2_000

/** One part of the standard run of 2,000 worlds: parts run side by side. */
export function standardRun(first: number, last: number): void {
  const seeds = last - first + 1
  test(`the pool breaks no rule in the worlds ${first} to ${last}, each fault fires, and a seed goes one way`, async () => {
    const report = await simulate({ seeds: [first, last], ops: OPS, strategies })
    expect(report.violations.map(({ seed, rule, message }) => `seed ${seed}: ${rule}: ${message}`)).toEqual(
      [],
    )
    for (const kind of FAULT_KINDS) expect(report.faults[kind], kind).toBeGreaterThanOrEqual(seeds * FIRED)
    expect(report.ops).toBeGreaterThanOrEqual(seeds * OPS)
  }, 300_000)
}
