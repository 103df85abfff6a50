import type { Plugin } from '@blockpool/core'
import { doesNotLoad, invalidAt, type Place } from './errors.ts'
import { type ImportPackage, importPackage, isNotFound } from './packages.ts'

/** The types that have a package of ours. Only these are named in an install command: a typo must not be installed. */
export const wellKnownTypes: Readonly<Record<Plugin['kind'], readonly string[]>> = {
  backend: ['fs', 'sqlite', 'redis', 's3'],
  strategy: [
    'round-robin',
    'size-based',
    'least-loaded',
    'cost-aware',
    'latency-aware',
    'replicated',
    'consistent-hash',
  ],
}

/** The package of ours that would hold this type; undefined when the type is no part of a package name. */
export function packageOf(type: string): string | undefined {
  return /^[a-z][a-z0-9-]*$/.test(type) ? `@blockpool/${type}` : undefined
}

/**
 * The export `plugin` of a package, or of a file whose path starts with `./`, from the first of the folders where it is
 * installed; undefined when it is in none.
 * @throws PoolError `ERR_INVALID_OPTIONS` for a package that does not load or has no such export.
 */
export async function importPlugin(
  name: string,
  dirs: readonly string[],
  load: ImportPackage = importPackage,
): Promise<Plugin | undefined> {
  return importPluginAt({ source: name, path: [] }, name, dirs, load)
}

/** The plugins of ours that are installed in one of the folders; what does not load is left out. */
export async function installedPlugins(
  dirs: readonly string[],
  load: ImportPackage = importPackage,
): Promise<readonly Plugin[]> {
  const types = Object.values(wellKnownTypes).flat()
  const imports = types.map((type) => importPlugin(`@blockpool/${type}`, dirs, load).catch(() => undefined))
  return (await Promise.all(imports)).filter((plugin) => plugin !== undefined)
}

/** As `importPlugin`; errors name the place where the configuration asks for it. */
export async function importPluginAt(
  place: Place,
  name: string,
  dirs: readonly string[],
  load: ImportPackage = importPackage,
): Promise<Plugin | undefined> {
  for (const dir of dirs) {
    let module: unknown
    try {
      module = await load(name, dir)
    } catch (error) {
      if (isNotFound(error, name)) continue
      throw invalidAt(place, `the package ${name} ${doesNotLoad(error)}`, error)
    }
    const { plugin } = module as { readonly plugin?: unknown }
    if (isPlugin(plugin)) return plugin
    throw invalidAt(place, `expected the package ${name} to export a plugin named "plugin", found none`)
  }
  return undefined
}

/** The value is a plugin, by its shape. */
function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { kind, type, options, create } = value as Partial<Plugin>
  const known = kind === 'backend' || kind === 'strategy'
  return known && typeof type === 'string' && typeof options === 'object' && typeof create === 'function'
}
