import { createRegistry, findConfigFile, importPlugin, type Registry } from '@blockpool/config'
import type { Plugin } from '@blockpool/core'
import { type CommandContext, installedRegistry, loadCommandConfig } from '../context.ts'
import { CommandError } from '../errors.ts'

export interface FoundPlugin {
  readonly plugin: Plugin
  /** Knows the plugin, and those that its options may name. */
  readonly registry: Registry
}

/**
 * A type of ours that is installed, a type of the plugins that the configuration names, or else the name of a package
 * or the path of a file.
 * @throws CommandError `ERR_USAGE` when it is none of them.
 */
export async function findPlugin(context: CommandContext, name: string): Promise<FoundPlugin> {
  const installed = await installedRegistry(context)
  const ours = findType(installed, name)
  if (ours !== undefined) return { plugin: ours, registry: installed }
  const registry = extended(installed, await configuredPlugins(context))
  const configured = findType(registry, name)
  if (configured !== undefined) return { plugin: configured, registry }
  const plugin = await importPlugin(name, [context.io.cwd, import.meta.dirname])
  if (plugin === undefined) throw unknown(name)
  return { plugin, registry: extended(registry, [plugin]) }
}

function findType(registry: Registry, type: string): Plugin | undefined {
  return registry.find('backend', type) ?? registry.find('strategy', type)
}

/** Later plugins take the place of earlier ones of their kind and type. */
function extended(registry: Registry, plugins: readonly Plugin[]): Registry {
  return plugins.reduce((before, plugin) => {
    const others = before.plugins.filter(({ kind, type }) => kind !== plugin.kind || type !== plugin.type)
    return createRegistry([...others, plugin])
  }, registry)
}

/** What stands under `plugins` in the configuration that other commands would take; none without one. */
async function configuredPlugins(context: CommandContext): Promise<readonly Plugin[]> {
  const { io, options } = context
  const named = options.config ?? io.env.BLOCKPOOL_CONFIG
  if (!named && (await findConfigFile(io.cwd)) === undefined) return []
  const { config, importDirs } = await loadCommandConfig(context)
  const plugins: Plugin[] = []
  for (const name of config.plugins ?? []) {
    const plugin = await importPlugin(name, importDirs)
    if (plugin === undefined) throw unknown(name)
    plugins.push(plugin)
  }
  return plugins
}

function unknown(name: string): CommandError {
  return new CommandError('ERR_USAGE', `'${name}' is no known plugin, installed package or file`)
}
