import { createPool, type Plugin, type PoolOptions, type StoragePool } from '@blockpool/core'
import { contextAt, type FindPlugin, type PluginOf, type Site } from './build.ts'
import { invalidAt, type Place, placed } from './errors.ts'
import { importPluginAt, packageOf } from './import-plugin.ts'
import type { LoadedConfig } from './load.ts'
import type { ImportPackage } from './packages.ts'
import { poolOptions } from './pool-plugin.ts'
import { createRegistry, type Registry, unknownType } from './registry.ts'

/** What a file cannot say. */
export interface OpenOptions extends Pick<PoolOptions, 'hashers' | 'onEvent' | 'clock'> {
  /** Plugins that need no import. @default the built-in ones */
  readonly registry?: Registry | undefined
  /** How plugins are imported. @default as Node does, from the folder of the file */
  readonly importPackage?: ImportPackage | undefined
}

/**
 * Opens the pool that a configuration stands for.
 *
 * Packages in `plugins` are imported first. A type that is not registered is then looked for in the package
 * `@blockpool/<type>`.
 * @throws PoolError `ERR_INVALID_OPTIONS` for what is wrong in the configuration; what `createPool` throws.
 */
export async function openPool(loaded: LoadedConfig, options: OpenOptions = {}): Promise<StoragePool> {
  const pool = await poolOptionsFromConfig(loaded, options)
  try {
    return await createPool(pool)
  } catch (error) {
    throw placed({ source: loaded.source, path: [] }, error)
  }
}

/** The options for `createPool` that a configuration stands for: for those who want to change them first. */
export async function poolOptionsFromConfig(
  loaded: LoadedConfig,
  options: OpenOptions = {},
): Promise<PoolOptions> {
  const { $schema: _, plugins = [], ...shape } = loaded.config
  const find = await pluginFinder(loaded, plugins, options)
  const site: Site = {
    baseDir: loaded.baseDir,
    path: [],
    find,
    at: (path): Place => ({ source: loaded.sources[path[0] ?? ''] ?? loaded.source, path }),
  }
  const { hashers, onEvent, clock } = options
  return { ...(await poolOptions(shape, contextAt(site, shape))), hashers, onEvent, clock }
}

async function pluginFinder(
  loaded: LoadedConfig,
  names: readonly string[],
  options: OpenOptions,
): Promise<FindPlugin> {
  const load = (name: string, place: Place): Promise<Plugin | undefined> =>
    importPluginAt(place, name, loaded.importDirs, options.importPackage)
  let registry = options.registry ?? createRegistry()
  for (const [index, name] of names.entries()) {
    const place = { source: loaded.source, path: ['plugins', String(index)] }
    const plugin = await load(name, place)
    if (plugin === undefined) {
      const help = /^[./]/.test(name) ? '' : `; install it with: npm install ${name}`
      throw invalidAt(place, `expected an installed package, found ${JSON.stringify(name)}${help}`)
    }
    registry = extended(registry, plugin, place)
  }
  return async <K extends Plugin['kind']>(kind: K, type: string, place: Place): Promise<PluginOf<K>> => {
    const known = registry.find(kind, type)
    if (known !== undefined) return known
    const name = packageOf(type)
    const plugin = name === undefined ? undefined : await load(name, place)
    if (plugin !== undefined && !registry.find(plugin.kind, plugin.type)) {
      registry = extended(registry, plugin, place)
    }
    const found = registry.find(kind, type)
    if (found === undefined) throw unknownType(kind, type, registry.plugins, place)
    return found
  }
}

function extended(registry: Registry, plugin: Plugin, place: Place): Registry {
  if (registry.plugins.includes(plugin)) return registry
  try {
    return createRegistry([...registry.plugins, plugin])
  } catch (error) {
    throw placed(place, error)
  }
}
