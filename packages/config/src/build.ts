import type {
  Backend,
  BackendEntry,
  BackendPlugin,
  BackendSettings,
  OptionsSchema,
  Plugin,
  PluginContext,
  Strategy,
} from '@blockpool/core'
import { describe, invalidAt, issuesAt, type Place, placed } from './errors.ts'
import { backendSchema, settingNames, settingsSchema, strategySchema } from './schema.ts'
import type { BackendConfig, BackendObject } from './types.ts'
import { parseBackendUrl } from './url.ts'

export type PluginOf<K extends Plugin['kind']> = Extract<Plugin, { readonly kind: K }>

/** Finds the plugin of a type, or throws the error that names `place` and says how to get it. */
export type FindPlugin = <K extends Plugin['kind']>(
  kind: K,
  type: string,
  place: Place,
) => Promise<PluginOf<K>>

/** A place in a configuration, and what it takes to build from it. */
export interface Site {
  readonly baseDir: string
  readonly find: FindPlugin
  at(path: readonly string[]): Place
  readonly path: readonly string[]
}

/** Builds the backend that stands at the site, without opening it. */
export async function buildEntry(config: unknown, site: Site): Promise<BackendEntry> {
  const place = site.at(site.path)
  const entry = await validate(backendSchema, config, place)
  const { type, options, settings } = await split(entry, site)
  const plugin = await site.find('backend', type, place)
  return { ...settings, backend: await createFrom(plugin, options, site) }
}

/** Builds the strategy that stands at the site. */
export async function buildStrategy(config: unknown, site: Site): Promise<Strategy> {
  const place = site.at(site.path)
  const parsed = await validate(strategySchema, config, place)
  const { type, ...options } = typeof parsed === 'string' ? { type: parsed } : parsed
  const plugin = await site.find('strategy', type, place)
  return createFrom(plugin, options, site)
}

/** The operator's part of an entry of `backends`, apart from the driver's. */
export function settingsOf(entry: BackendConfig): BackendSettings {
  if (typeof entry === 'string') return (parseBackendUrl(entry)?.settings ?? {}) as BackendSettings
  const fromUrl = entry.type === undefined && entry.url !== undefined ? settingsOf(entry.url) : {}
  return { ...fromUrl, ...pick(entry, (key) => settingNames.includes(key)) }
}

/** @throws PoolError `ERR_INVALID_OPTIONS` that names the place and each key that is wrong. */
export async function validate<T>(schema: OptionsSchema<T>, input: unknown, place: Place): Promise<T> {
  const result = await schema['~standard'].validate(input)
  if (result.issues === undefined) return result.value
  throw issuesAt(place, result.issues, input, keysOf(schema))
}

interface SplitEntry {
  readonly type: string
  /** For the driver. */
  readonly options: unknown
  readonly settings: BackendSettings
}

async function split(entry: BackendConfig, site: Site): Promise<SplitEntry> {
  const place = site.at(site.path)
  const settings = await validate(settingsSchema, settingsOf(entry), place)
  if (typeof entry !== 'string' && entry.type !== undefined) {
    return { type: entry.type, options: driverOptions(entry, ['type']), settings }
  }
  const text = typeof entry === 'string' ? entry : (entry.url ?? '')
  const parsed = parseBackendUrl(text)
  if (parsed === undefined) {
    throw invalidAt(place, `expected a URL such as "fs:./blocks", found ${describe(text)}`)
  }
  const plugin = await site.find('backend', parsed.type, place)
  const more = typeof entry === 'string' ? {} : driverOptions(entry, ['url'])
  return { type: parsed.type, options: fromUrl(plugin, parsed.url, more, place), settings }
}

function fromUrl(plugin: BackendPlugin, url: string, more: Record<string, unknown>, place: Place): unknown {
  if (plugin.fromUrl === undefined) {
    throw invalidAt(place, `expected { "type": "${plugin.type}", … }: this type has no form as a URL`)
  }
  try {
    const options = plugin.fromUrl(url)
    return typeof options === 'object' && options !== null ? { ...options, ...more } : options
  } catch (error) {
    throw placed(place, error)
  }
}

async function createFrom<T>(
  plugin: { readonly options: OptionsSchema; create(options: unknown, context: PluginContext): Promise<T> },
  input: unknown,
  site: Site,
): Promise<T> {
  const place = site.at(site.path)
  const options = await validate(plugin.options, input, place)
  try {
    return await plugin.create(options, contextAt(site, options))
  } catch (error) {
    throw placed(place, error)
  }
}

/** @param value what the plugin was given: nested configuration is found in it again, to name its key. */
export function contextAt(site: Site, value: unknown): PluginContext {
  const inside = (config: unknown): Site => ({
    ...site,
    path: [...site.path, ...(pathOf(value, config) ?? [])],
  })
  return {
    baseDir: site.baseDir,
    strategy: (config) => buildStrategy(config, inside(config)),
    backend: async (config): Promise<Backend> => (await buildEntry(config, inside(config))).backend,
  }
}

function pathOf(tree: unknown, wanted: unknown): string[] | undefined {
  if (tree === wanted) return []
  if (typeof tree !== 'object' || tree === null) return undefined
  for (const [key, value] of Object.entries(tree)) {
    const path = pathOf(value, wanted)
    if (path !== undefined) return [key, ...path]
  }
  return undefined
}

function driverOptions(entry: BackendObject, own: readonly string[]): Record<string, unknown> {
  return pick(entry, (key) => !own.includes(key) && !settingNames.includes(key))
}

function pick(object: object, wanted: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).filter(([key, value]) => wanted(key) && value !== undefined),
  )
}

/** Keys that a schema takes, where it tells (valibot does). */
function keysOf(schema: object): readonly string[] | undefined {
  const entries: unknown = (schema as { readonly entries?: unknown }).entries
  return typeof entries === 'object' && entries !== null ? Object.keys(entries) : undefined
}
