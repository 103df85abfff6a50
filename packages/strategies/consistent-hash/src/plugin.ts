import type { StrategyPlugin } from '@blockpool/core'
import { strictObject } from 'valibot'
import { consistentHash } from './consistent-hash.ts'

/** `{ "type": "consistent-hash" }` */
export const plugin: StrategyPlugin = {
  kind: 'strategy',
  type: 'consistent-hash',
  options: strictObject({}),
  create: async () => consistentHash(),
}
