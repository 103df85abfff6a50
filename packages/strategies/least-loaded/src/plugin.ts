import type { StrategyPlugin } from '@blockpool/core'
import { strictObject } from 'valibot'
import { leastLoaded } from './least-loaded.ts'

/** `{ "type": "least-loaded" }` */
export const plugin: StrategyPlugin = {
  kind: 'strategy',
  type: 'least-loaded',
  options: strictObject({}),
  create: async () => leastLoaded(),
}
