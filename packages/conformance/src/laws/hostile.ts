import type { RouteRequest } from '@blockpool/core'
import { assertThat } from '../assert.ts'
import type { Random } from '../random.ts'
import type { StrategyLaw } from '../types.ts'
import { assertOrder } from './order.ts'
import { type CandidateSnapshot, createCandidates, createRequest, scene } from './scenes.ts'

const HOSTILE = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  -1,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
]
const ROUNDS = 200

export const hostileLaws: readonly StrategyLaw[] = [
  {
    id: 'hostile/numbers',
    title: 'NaN, infinities, zeros and negative numbers in candidates do not break the order',
    run({ strategy, random }) {
      for (let turn = 0; turn < ROUNDS; turn++) {
        const request = createRequest(random, turn)
        const candidates = createCandidates(random, 1 + random.int(6))
        assertOrder(
          strategy,
          scene(
            request,
            candidates.map((each) => hostile(each, random)),
          ),
        )
      }
    },
  },
  {
    id: 'hostile/requests',
    title: 'extreme sizes, turns, digests and random numbers do not break the order',
    run({ strategy, random }) {
      for (const change of REQUESTS) {
        for (let turn = 0; turn < 4; turn++) {
          const request = { ...createRequest(random, turn), ...change }
          assertOrder(strategy, scene(request, createCandidates(random, 1 + random.int(6))))
        }
      }
    },
  },
  {
    id: 'hostile/twins',
    title: 'candidates that are equal in all but their id are each ranked or left out, none twice',
    run({ strategy, random }) {
      for (let turn = 0; turn < ROUNDS; turn++) {
        const [one] = createCandidates(random, 1)
        if (!one) continue
        const twins = ['a', 'b', 'c', 'd'].map((id) => ({ ...one, id }))
        assertOrder(strategy, scene(createRequest(random, turn), twins))
      }
    },
  },
  {
    id: 'hostile/tier-and-copies',
    title: 'tier and copies bear the same values',
    run({ strategy, random }) {
      for (let turn = 0; turn < ROUNDS; turn++) {
        const request = { ...createRequest(random, turn), ...random.pick(REQUESTS) }
        const { candidates } = scene(
          request,
          createCandidates(random, 3).map((each) => hostile(each, random)),
        )
        for (const candidate of candidates) strategy.tier?.(request, candidate)
        const copies = strategy.copies?.(request)
        const inRange = typeof copies !== 'number' || (Number.isSafeInteger(copies) && copies > 0)
        assertThat('copies', inRange, "a whole number above 0, 'all' or undefined", copies)
      }
    },
  },
]

const REQUESTS: ReadonlyArray<Partial<RouteRequest>> = [
  { size: 0 },
  { size: 1 },
  { size: Number.MAX_SAFE_INTEGER },
  { size: undefined },
  { turn: 0 },
  { turn: 2 ** 32 },
  { turn: Number.MAX_SAFE_INTEGER },
  { digest: [0, 0] },
  { digest: [0xffff_ffff, 0xffff_ffff] },
  { random: 0 },
  { random: 0xffff_ffff },
]

/** Puts hostile numbers in place of some measured or configured ones. */
function hostile(candidate: CandidateSnapshot, random: Random): CandidateSnapshot {
  const numbers = Object.entries(candidate).filter(([, value]) => typeof value === 'number')
  const changes = numbers.filter(() => random.int(3) === 0).map(([key]) => [key, random.pick(HOSTILE)])
  return { ...candidate, ...Object.fromEntries(changes) }
}
