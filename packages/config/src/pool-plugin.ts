import type { BackendEntry, BackendPlugin, PluginContext, PoolOptions } from '@blockpool/core'
import { settingsOf } from './build.ts'
import { nestedPool } from './nested-pool.ts'
import { shapeSchema } from './schema.ts'
import type { PoolShape } from './types.ts'

/** `{ "type": "pool", "copies": 2, "backends": { … } }`: a pool inside a pool, in the shape of the whole file. */
export const poolPlugin: BackendPlugin<PoolShape> = {
  kind: 'backend',
  type: 'pool',
  options: shapeSchema,
  create: async (shape, context) => nestedPool(await poolOptions(shape, context)),
}

/** The options for `createPool` that a configuration stands for. The backends are not opened. */
export async function poolOptions(shape: PoolShape, context: PluginContext): Promise<PoolOptions> {
  const { strategy, backends, ...plain } = shape
  const entries: Record<string, BackendEntry> = {}
  for (const [id, entry] of Object.entries(backends)) {
    entries[id] = { ...settingsOf(entry), backend: await context.backend(entry) }
  }
  const built = strategy === undefined ? undefined : await context.strategy(strategy)
  return { ...plain, ...(built && { strategy: built }), backends: entries }
}
