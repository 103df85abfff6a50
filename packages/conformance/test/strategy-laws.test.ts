import { byPriority, rankBy, type Strategy } from '@blockpool/core'
import { describe, expect, test } from 'vitest'
import { strategyLaws } from '../src/index.ts'
import { planFor, runStrategyLaw } from '../src/run.ts'
import { testStrategy } from '../src/vitest.ts'
import { brokenStrategies } from './doubles/broken-strategies.ts'
import { rootCause } from './support.ts'

testStrategy('by-priority keeps every law', byPriority)
testStrategy('a strategy with a say in everything keeps every law', cheapestFirst)

describe('each broken strategy is caught by the law that is named for it', () => {
  test.each(brokenStrategies)('$caughtBy: $bug', ({ caughtBy, create }) => {
    const named = strategyLaws.find(({ id }) => id === caughtBy)
    if (!named) throw new Error(`there is no law '${caughtBy}'`)
    const result = runStrategyLaw(named, create, planFor(strategyLaws, { seed: 1 }))
    expect(result.status).toBe('failed')
    // It fails for what the strategy did, not for a slip in the double.
    if (result.status === 'failed') expect(rootCause(result.error)).not.toMatchObject({ name: 'TypeError' })
  })
})

test('every law catches a broken strategy', () => {
  const caught = new Set(brokenStrategies.map(({ caughtBy }) => caughtBy))
  expect(strategyLaws.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test('a law that forbids clock and randomness gives them back', () => {
  const { now } = Date
  const { random } = Math
  const { now: ticks } = performance
  const law = strategyLaws.find(({ id }) => id === 'rank/no-clock-no-randomness')
  if (!law) throw new Error('the law is gone')
  runStrategyLaw(law, byPriority, planFor(strategyLaws, {}))
  expect([Date.now, Math.random, performance.now]).toEqual([now, random, ticks])
  expect(performance.now()).toBeGreaterThan(0)
})

function cheapestFirst(): Strategy {
  return {
    type: 'cheapest-first',
    stable: true,
    rank: (_request, candidates) => rankBy(candidates, ({ costPerGb }) => costPerGb),
    copies: ({ size = 0 }) => (size > 1000 ? 'all' : 2),
    tier: (_request, { sizeThresholdBytes }) => sizeThresholdBytes,
  }
}
