import type { StrategyPlugin } from '@blockpool/core'
import * as v from 'valibot'
import { sizeBased } from './size-based.ts'

interface SizeBasedConfig {
  /** As `SizeBasedOptions.within`, with the configuration of a strategy for each. */
  readonly within?: readonly { readonly fromBytes: number; readonly strategy?: unknown }[] | undefined
  /** The configuration of a strategy. */
  readonly strategy?: unknown
}

/** `{ "type": "size-based", "within": [{ "fromBytes": 65536, "strategy": { "type": "replicated", "copies": 2 } }] }` */
export const plugin: StrategyPlugin<SizeBasedConfig> = {
  kind: 'strategy',
  type: 'size-based',
  options: v.strictObject({
    within: v.optional(
      v.array(
        v.strictObject({
          fromBytes: v.pipe(
            v.number(),
            v.finite(),
            v.minValue(0),
            v.description('Bytes: tiers and blocks from this size on.'),
          ),
          strategy: v.pipe(
            v.unknown(),
            v.description('Orders those tiers, and says the copies of those blocks.'),
          ),
        }),
      ),
    ),
    strategy: v.optional(v.pipe(v.unknown(), v.description('Orders the other tiers.'))),
  }),
  async create({ within = [], strategy }, context) {
    const tiers = within.map(async (tier) => ({
      fromBytes: tier.fromBytes,
      strategy: await context.strategy(tier.strategy),
    }))
    return sizeBased({
      within: await Promise.all(tiers),
      strategy: strategy === undefined ? undefined : await context.strategy(strategy),
    })
  },
}
