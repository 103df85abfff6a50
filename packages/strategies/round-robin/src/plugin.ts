import type { StrategyPlugin } from '@blockpool/core'
import { strictObject } from 'valibot'
import { roundRobin } from './round-robin.ts'

/** `{ "type": "round-robin" }` */
export const plugin: StrategyPlugin = {
  kind: 'strategy',
  type: 'round-robin',
  options: strictObject({}),
  create: async () => roundRobin(),
}
