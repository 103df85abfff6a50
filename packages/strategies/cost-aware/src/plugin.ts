import type { StrategyPlugin } from '@blockpool/core'
import * as v from 'valibot'
import { type CostAwareOptions, costAware } from './cost-aware.ts'

/** `{ "type": "cost-aware", "months": 12, "readsPerMonth": 1 }` */
export const plugin: StrategyPlugin<CostAwareOptions> = {
  kind: 'strategy',
  type: 'cost-aware',
  options: v.strictObject({
    months: v.optional(
      v.pipe(v.number(), v.finite(), v.gtValue(0), v.description('Months that a block is kept.')),
    ),
    readsPerMonth: v.optional(
      v.pipe(v.number(), v.finite(), v.minValue(0), v.description('Reads of a block each month.')),
    ),
  }),
  create: async (options) => costAware(options),
}
