import { expect, test } from 'vitest'
import { draw, PROMISES, type RunOptions, run, shrink, type Wrap } from '../src/index.ts'
import { strategies } from '../src/strategies.ts'

/** Says that nothing is there. */
const blind: Wrap = (pool) =>
  new Proxy(pool, {
    get(target, name) {
      if (name === 'get') return async () => undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

test('a failing run is cut down to the steps that make it fail', async () => {
  const seed = 2
  const failing: RunOptions = {
    seed,
    ...draw(seed, 300, strategies),
    strategies,
    promises: PROMISES,
    wrap: blind,
  }
  const shrunk = await shrink(failing)
  expect(shrunk.report.violations[0]?.rule).toBe((await run(failing)).violations[0]?.rule)
  // A put is enough: the end of the run looks at every block.
  expect(shrunk.steps.length).toBeLessThanOrEqual(3)
  expect(shrunk.report.lines?.length).toBeGreaterThan(0)
})
