import {
  createRegistry,
  installedPlugins,
  type LoadedConfig,
  loadConfig,
  poolOptionsFromConfig,
  type Registry,
} from '@blockpool/config'
import { createPool, type PoolOptions, type StoragePool } from '@blockpool/core'
import { plugin as fsPlugin } from '@blockpool/fs'
import { type Io, write } from './io.ts'
import { formatCount, printable } from './output/format.ts'
import { createProgress, type Progress } from './output/progress.ts'
import { createStyle, wantsColor } from './output/style.ts'
import type { Skipped } from './unixfs/import.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string | undefined
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  /** Off with `--no-color`. */
  readonly color?: boolean | undefined
}

/** What a command works with. */
export interface CommandContext {
  readonly io: Io
  readonly options: GlobalOptions
}

/** The plugins that come with the command; others are imported when the configuration needs them. */
export const registry: Registry = createRegistry([fsPlugin])

/** The same, with the plugins of ours that are installed in the project or beside the command. */
export async function installedRegistry({ io }: CommandContext): Promise<Registry> {
  const installed = await installedPlugins([io.cwd, import.meta.dirname])
  const others = installed.filter((plugin) => !registry.find(plugin.kind, plugin.type))
  return createRegistry([...registry.plugins, ...others])
}

export async function loadCommandConfig({ io, options }: CommandContext): Promise<LoadedConfig> {
  const loaded = await loadConfig({ path: options.config, cwd: io.cwd, env: io.env })
  // A command that is installed for all projects brings plugins that are installed beside it.
  return { ...loaded, importDirs: [...loaded.importDirs, import.meta.dirname] }
}

/** Opens the configured pool for as long as `use` runs. It is closed in any case, so that it is left consistent. */
export async function withPool<T>(
  context: CommandContext,
  use: (pool: StoragePool, options: PoolOptions) => Promise<T>,
  onEvent?: PoolOptions['onEvent'],
): Promise<T> {
  const loaded = await loadCommandConfig(context)
  const options = await poolOptionsFromConfig(loaded, { registry, onEvent })
  context.io.signal.throwIfAborted()
  const pool = await createPool(options)
  try {
    context.io.signal.throwIfAborted()
    return await use(pool, options)
  } finally {
    await pool.close()
  }
}

/** Writes one line for people, or one object for programs. */
export async function answer(context: CommandContext, text: string, object: unknown): Promise<void> {
  await write(context.io.stdout, `${context.options.json ? JSON.stringify(object) : text}\n`)
}

/** A line on stderr that `--quiet` keeps back. Control characters in it are escaped. */
export async function warn({ io, options }: CommandContext, text: string): Promise<void> {
  if (options.quiet) return
  const style = createStyle(colorFor({ io, options }, 'stderr'))
  await write(io.stderr, `${style.yellow('warning:')} ${printable(text)}\n`)
}

export async function warnSkipped(context: CommandContext, skipped: readonly Skipped[]): Promise<void> {
  const shown = 10
  for (const { path, reason } of skipped.slice(0, shown)) await warn(context, `left out ${path}: ${reason}`)
  if (skipped.length > shown) await warn(context, `left out ${formatCount(skipped.length - shown)} more`)
}

export function progressFor(context: CommandContext, label: string, totalBytes?: number): Progress {
  const { io, options } = context
  return createProgress(io.stderr, {
    label,
    totalBytes,
    color: colorFor(context, 'stderr'),
    enabled: io.stderr.isTTY === true && !options.quiet,
  })
}

export function colorFor({ io, options }: CommandContext, stream: 'stdout' | 'stderr'): boolean {
  return options.color !== false && wantsColor(io[stream], io.env)
}
