import { assertEqual } from '../assert.ts'
import type { Random } from '../random.ts'
import type { Scene, StrategyLaw } from '../types.ts'
import { rankIds } from './order.ts'
import { scene } from './scenes.ts'

export const stableLaws: readonly StrategyLaw[] = [
  {
    id: 'stable/ignores-the-moment',
    title: 'the order does not depend on turn, random number, load, use or latency',
    requires: ['stable'],
    run({ strategy, scenes, random }) {
      for (const each of scenes) {
        const order = rankIds(strategy, each).join()
        for (let i = 0; i < 4; i++) {
          assertEqual(
            'the order at another moment',
            rankIds(strategy, atAnotherMoment(each, random)).join(),
            order,
          )
        }
      }
    },
  },
  {
    id: 'stable/removal-keeps-order',
    title: 'when one candidate goes, the others keep their order',
    requires: ['stable'],
    run({ strategy, scenes }) {
      for (const { request, candidates } of scenes) {
        const order = rankIds(strategy, { request, candidates })
        for (const gone of candidates) {
          const rest = scene(
            request,
            candidates.filter((each) => each !== gone),
          )
          const expected = order.filter((id) => id !== gone.id).join()
          assertEqual(`the order without ${gone.id}`, rankIds(strategy, rest).join(), expected)
        }
      }
    },
  },
]

function atAnotherMoment({ request, candidates }: Scene, random: Random): Scene {
  const moved = candidates.map((candidate) => ({
    ...candidate,
    usedBytes: random.int(10 ** 9),
    inFlight: random.int(100),
    readLatencyMs: random.int(1000),
    writeLatencyMs: random.int(1000),
  }))
  return scene({ ...request, turn: random.int(1000), random: random.uint32() }, moved)
}
