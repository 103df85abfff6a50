import type { StrategyPlugin } from '@blockpool/core'
import * as v from 'valibot'
import { replicated } from './replicated.ts'

interface ReplicatedConfig {
  readonly copies?: number | 'all' | undefined
  /** The configuration of a strategy. */
  readonly strategy?: unknown
}

/** `{ "type": "replicated", "copies": 2, "strategy": { "type": "consistent-hash" } }` */
export const plugin: StrategyPlugin<ReplicatedConfig> = {
  kind: 'strategy',
  type: 'replicated',
  options: v.strictObject({
    copies: v.optional(v.union([v.literal('all'), v.pipe(v.number(), v.safeInteger(), v.minValue(1))])),
    strategy: v.optional(
      v.pipe(v.unknown(), v.description('The strategy that says which backends come first.')),
    ),
  }),
  create: async ({ copies, strategy }, context) =>
    replicated({ copies, strategy: strategy === undefined ? undefined : await context.strategy(strategy) }),
}
