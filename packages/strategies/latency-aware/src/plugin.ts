import type { StrategyPlugin } from '@blockpool/core'
import { strictObject } from 'valibot'
import { latencyAware } from './latency-aware.ts'

/** `{ "type": "latency-aware" }` */
export const plugin: StrategyPlugin = {
  kind: 'strategy',
  type: 'latency-aware',
  options: strictObject({}),
  create: async () => latencyAware(),
}
