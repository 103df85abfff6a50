import type { Strategy } from '@blockpool/core'
import { assertEqual, assertThat, ConformanceError } from '../assert.ts'
import type { Scene, StrategyLaw } from '../types.ts'
import { assertOrder, idsOf, rankIds } from './order.ts'

export const rankLaws: readonly StrategyLaw[] = [
  {
    id: 'rank/no-candidates',
    title: 'without candidates the order is empty',
    run({ strategy, scenes }) {
      for (const { request } of scenes) {
        const order = strategy.rank(request, Object.freeze([]))
        assertEqual(`candidates in the order of none for a ${request.op}`, order.length, 0)
      }
    },
  },
  {
    id: 'rank/one-candidate',
    title: 'one candidate is put first or left out',
    run({ strategy, scenes }) {
      for (const { request, candidates } of scenes) {
        for (const one of candidates) assertOrder(strategy, { request, candidates: Object.freeze([one]) })
      }
    },
  },
  {
    id: 'rank/subset',
    title: 'the order holds candidates that were given, by reference, and no others',
    run({ strategy, scenes }) {
      for (const { request, candidates } of scenes) {
        for (const each of strategy.rank(request, candidates)) {
          assertThat('a candidate in the order', candidates.includes(each), 'one that was given', each?.id)
        }
      }
    },
  },
  {
    id: 'rank/no-repeats',
    title: 'no candidate comes twice in the order',
    run({ strategy, scenes }) {
      for (const scene of scenes) {
        const order = rankIds(strategy, scene)
        assertThat('the order', new Set(order).size === order.length, 'each candidate once', order)
      }
    },
  },
  {
    id: 'rank/deterministic',
    title: 'the same input gives the same order, whatever was asked in between and of a fresh instance',
    run({ strategy, create, scenes }) {
      const first = scenes.map((scene) => rankIds(strategy, scene))
      const again = scenes.map((scene) => rankIds(strategy, scene))
      const fresh = create()
      const backwards = scenes.toReversed().map((scene) => rankIds(fresh, scene))
      for (const [i, order] of first.entries()) {
        assertEqual('the order when asked again', again[i]?.join(), order.join())
        assertEqual('the order of a fresh instance', backwards[scenes.length - 1 - i]?.join(), order.join())
      }
    },
  },
  {
    id: 'rank/input-untouched',
    title: 'the request, the candidates and their array are left as they are',
    run({ strategy, scenes }) {
      for (const { request, candidates } of scenes) {
        const loose = { request: { ...request }, candidates: candidates.map((each) => ({ ...each })) }
        const before = snapshot(loose)
        const array = [...loose.candidates]
        strategy.rank(loose.request, array)
        assertEqual('the array of candidates', idsOf(array).join(), idsOf(loose.candidates).join())
        assertEqual('request and candidates', snapshot(loose), before)
      }
    },
  },
  {
    id: 'rank/no-clock-no-randomness',
    title: 'rank asks neither the clock nor a random number generator',
    run({ strategy, scenes }) {
      for (const scene of scenes) withoutWorld(() => strategy.rank(scene.request, scene.candidates))
    },
  },
]

function snapshot({ request, candidates }: Scene): string {
  const show = (_key: string, value: unknown): unknown => (value === undefined ? 'undefined' : value)
  return JSON.stringify([{ ...request, cid: request.cid.toString() }, candidates], show)
}

/** Runs with a clock and a random number generator that fail. Synchronous, so nothing else sees them. */
function withoutWorld(run: () => ReturnType<Strategy['rank']>): void {
  const { now } = Date
  const { random } = Math
  const { performance } = globalThis
  Date.now = forbidden('Date.now')
  Math.random = forbidden('Math.random')
  Object.defineProperty(performance, 'now', { value: forbidden('performance.now'), configurable: true })
  try {
    run()
  } finally {
    Date.now = now
    Math.random = random
    Reflect.deleteProperty(performance, 'now')
  }
}

function forbidden(name: string): () => never {
  return () => {
    throw new ConformanceError('what rank calls', 'nothing outside', name)
  }
}
