import {
  type BackendPlugin,
  byPriority,
  type MemoryOptions,
  memory,
  type StrategyPlugin,
} from '@blockpool/core'
import * as v from 'valibot'

const memoryOptions: v.GenericSchema<unknown, MemoryOptions> = v.strictObject({
  maxBytes: v.optional(
    v.pipe(v.number(), v.minValue(0), v.description('Puts beyond it are refused. Bytes. Default: no limit')),
  ),
})

/** `{ "type": "memory" }` or `memory:`, `memory:?maxBytes=1000000`. */
export const memoryPlugin: BackendPlugin<MemoryOptions> = {
  kind: 'backend',
  type: 'memory',
  options: memoryOptions,
  fromUrl(url) {
    const { searchParams, pathname } = new URL(url)
    if (pathname !== '') throw new TypeError('expected "memory:" and nothing but parameters after it')
    return Object.fromEntries([...searchParams].map(([key, value]) => [key, numberOr(value)]))
  },
  create: async (options) => memory(options),
}

/** What is no number is left for the schema to refuse. */
function numberOr(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text
}

export const byPriorityPlugin: StrategyPlugin<object> = {
  kind: 'strategy',
  type: 'by-priority',
  options: v.strictObject({}),
  create: async () => byPriority(),
}
