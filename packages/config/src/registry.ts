import { type BackendEntry, type Plugin, PoolError, type Strategy } from '@blockpool/core'
import { buildEntry, buildStrategy, type FindPlugin, type PluginOf } from './build.ts'
import { byPriorityPlugin, memoryPlugin } from './builtin.ts'
import { invalidAt, type Place } from './errors.ts'
import { wellKnownTypes } from './import-plugin.ts'
import { poolPlugin } from './pool-plugin.ts'
import type { BackendConfig, StrategyConfig } from './types.ts'

export interface BuildOptions {
  /** Folder that relative paths start from. @default the current one */
  readonly baseDir?: string | undefined
  /** What errors call the place of the configuration. @default 'configuration' */
  readonly source?: string | undefined
}

/** The plugins that configuration may use. A value: nothing registers itself by being imported. */
export interface Registry {
  readonly plugins: readonly Plugin[]
  find<K extends Plugin['kind']>(kind: K, type: string): PluginOf<K> | undefined
  /**
   * Builds a backend with the settings of its operator; it is not opened.
   * @throws PoolError `ERR_INVALID_OPTIONS` naming the key that is wrong, or the type that is not registered.
   */
  backend(config: BackendConfig, options?: BuildOptions): Promise<BackendEntry>
  /** @throws PoolError `ERR_INVALID_OPTIONS` naming the key that is wrong, or the type that is not registered. */
  strategy(config: StrategyConfig, options?: BuildOptions): Promise<Strategy>
}

const builtIn: readonly Plugin[] = [memoryPlugin, poolPlugin, byPriorityPlugin]

/**
 * A registry of these plugins and the built-in ones: backends `memory` and `pool`, strategy `by-priority`.
 * @throws PoolError `ERR_INVALID_OPTIONS` when two plugins of one kind have the same type.
 */
export function createRegistry(plugins: readonly Plugin[] = []): Registry {
  const all = [...builtIn, ...plugins.filter((plugin) => !builtIn.includes(plugin))]
  const byName = new Map<string, Plugin>()
  for (const plugin of all) {
    const name = nameOf(plugin.kind, plugin.type)
    if (byName.has(name)) {
      throw new PoolError('ERR_INVALID_OPTIONS', `two plugins for the ${plugin.kind} '${plugin.type}'`)
    }
    byName.set(name, plugin)
  }
  const find: Registry['find'] = <K extends Plugin['kind']>(kind: K, type: string) =>
    byName.get(nameOf(kind, type)) as PluginOf<K> | undefined
  const site = ({ baseDir = process.cwd(), source = 'configuration' }: BuildOptions = {}) => ({
    baseDir,
    path: [],
    find: registeredOnly(find, all),
    at: (path: readonly string[]): Place => ({ source, path }),
  })
  return {
    plugins: all,
    find,
    backend: (config, options) => buildEntry(config, site(options)),
    strategy: (config, options) => buildStrategy(config, site(options)),
  }
}

/** The error for a type that nothing brings. Only packages of ours are named in an install command. */
export function unknownType(
  kind: Plugin['kind'],
  type: string,
  known: readonly Plugin[],
  place: Place,
): PoolError {
  const types = known.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.type)
  const help = wellKnownTypes[kind].includes(type)
    ? `install it with: npm install @blockpool/${type}`
    : `name the package that brings it in "plugins"`
  return invalidAt(
    place,
    `expected a known type of ${kind} (${types.join(', ')}), found ${JSON.stringify(type)}; ${help}`,
  )
}

function registeredOnly(find: Registry['find'], all: readonly Plugin[]): FindPlugin {
  return async (kind, type, place) => {
    const plugin = find(kind, type)
    if (plugin === undefined) throw unknownType(kind, type, all, place)
    return plugin
  }
}

function nameOf(kind: Plugin['kind'], type: string): string {
  return `${kind} ${type}`
}
