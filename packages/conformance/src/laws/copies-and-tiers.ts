import { assertEqual, assertThat } from '../assert.ts'
import type { StrategyLaw } from '../types.ts'

export const copiesAndTiersLaws: readonly StrategyLaw[] = [
  {
    id: 'copies/in-range',
    title: "copies is a whole number above 0, 'all' or undefined",
    requires: ['copies'],
    run({ strategy, scenes }) {
      for (const { request } of scenes) {
        const copies = strategy.copies?.(request)
        const inRange = typeof copies === 'number' ? Number.isSafeInteger(copies) && copies > 0 : true
        const known = typeof copies === 'number' || copies === 'all' || copies === undefined
        assertThat('copies', inRange && known, "a whole number above 0, 'all' or undefined", copies)
      }
    },
  },
  {
    id: 'copies/deterministic',
    title: 'the same request gives the same copies, also of a fresh instance',
    requires: ['copies'],
    run({ strategy, create, scenes }) {
      const first = scenes.map(({ request }) => strategy.copies?.(request))
      const fresh = create()
      for (const [i, { request }] of scenes.entries()) {
        assertEqual('copies when asked again', strategy.copies?.(request), first[i])
        assertEqual('copies of a fresh instance', fresh.copies?.(request), first[i])
      }
    },
  },
  {
    id: 'tier/finite',
    title: 'the tier of every candidate is a finite number',
    requires: ['tier'],
    run({ strategy, scenes }) {
      for (const { request, candidates } of scenes) {
        for (const candidate of candidates) {
          const tier = strategy.tier?.(request, candidate)
          assertThat(`tier of ${candidate.id}`, Number.isFinite(tier), 'a finite number', tier)
        }
      }
    },
  },
  {
    id: 'tier/deterministic',
    title: 'the same request and candidate give the same tier, also of a fresh instance',
    requires: ['tier'],
    run({ strategy, create, scenes }) {
      const fresh = create()
      for (const { request, candidates } of scenes) {
        const tiers = candidates.map((candidate) => strategy.tier?.(request, candidate))
        for (const [i, candidate] of candidates.entries()) {
          assertEqual('tier when asked again', strategy.tier?.(request, candidate), tiers[i])
          assertEqual('tier of a fresh instance', fresh.tier?.(request, candidate), tiers[i])
        }
      }
    },
  },
  {
    id: 'type/short-name',
    title: 'the type is a short name for messages and metrics',
    run({ strategy: { type } }) {
      assertThat('type', /^[a-z][a-z0-9-]{0,31}$/.test(type), 'a to z, 0 to 9 and -, at most 32', type)
    },
  },
]
