import type { StrategyLaw } from '../types.ts'
import { copiesAndTiersLaws } from './copies-and-tiers.ts'
import { hostileLaws } from './hostile.ts'
import { rankLaws } from './rank.ts'
import { stableLaws } from './stable.ts'

/** Every law of the `Strategy` contract, by topic. */
export const strategyLaws: readonly StrategyLaw[] = [
  ...rankLaws,
  ...stableLaws,
  ...copiesAndTiersLaws,
  ...hostileLaws,
]
