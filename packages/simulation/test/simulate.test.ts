import { byPriority, memory, type Strategy } from '@blockpool/core'
import { expect, test } from 'vitest'
import { simulate } from '../src/index.ts'
import { strategies } from '../src/strategies.ts'

test('two runs of the same seeds have the same trace, others another', async () => {
  const seeds = [1, 10] as const
  const first = await simulate({ seeds, ops: 200, strategies, repeatEvery: 0 })
  const second = await simulate({ seeds, ops: 200, strategies, repeatEvery: 0 })
  const other = await simulate({ seeds: [2, 11], ops: 200, strategies, repeatEvery: 0 })
  expect(second.traceHash).toBe(first.traceHash)
  expect(other.traceHash).not.toBe(first.traceHash)
})

test('a run that depends on more than its seed is a violation', async () => {
  let made = 0
  const report = await simulate({
    seeds: [1, 1],
    ops: 200,
    repeatEvery: 1,
    strategies: {
      fickle: () => {
        const turned = made++ % 2 === 1
        return {
          ...byPriority(),
          rank: (_request, candidates) => (turned ? candidates.toReversed() : candidates),
        }
      },
    },
  })
  expect(report.violations.map(({ rule }) => rule)).toContain('not deterministic')
})

test('a foreign strategy can be simulated', async () => {
  const reversed = (): Strategy => ({
    ...byPriority(),
    rank: (_request, candidates) => candidates.toReversed(),
  })
  const report = await simulate({ seeds: [1, 30], ops: 200, strategies: { reversed }, repeatEvery: 10 })
  expect(report.violations).toEqual([])
})

test('a backend that loses blocks is found', async () => {
  const loser = (): ReturnType<typeof memory> => {
    const backend = memory()
    let puts = 0
    const put = backend.put.bind(backend)
    backend.put = (block, options) => (++puts % 3 === 0 ? Promise.resolve() : put(block, options))
    return backend
  }
  const { violations } = await simulate({ seeds: [1, 20], ops: 200, backend: loser, repeatEvery: 0 })
  expect(violations.map(({ rule }) => rule)).toContain('lost')
})
