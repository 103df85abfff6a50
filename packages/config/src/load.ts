import { access, readFile } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Environment, environmentOverrides } from './environment.ts'
import { doesNotLoad, invalidAt, issuesAt } from './errors.ts'
import { configKeys, configSchemaOf } from './schema.ts'
import type { PoolConfig } from './types.ts'

/** In this order of extensions; more than one in a folder is an error. */
const FILE_NAMES = ['json', 'ts', 'js'].map((extension) => `blockpool.config.${extension}`)

/** A valid configuration and where it comes from. */
export interface LoadedConfig {
  readonly config: PoolConfig
  /** The file, or what else errors name. */
  readonly source: string
  /** Keys that come from somewhere else than `source`: names of environment variables. */
  readonly sources: Readonly<Record<string, string>>
  /** Folder that relative paths of backends start from. */
  readonly baseDir: string
  /** Folders that plugins are imported from, in this order. */
  readonly importDirs: readonly string[]
}

export interface LoadOptions {
  /** The file. @default `BLOCKPOOL_CONFIG`, otherwise the nearest `blockpool.config.{json,ts,js}` upward from `cwd` */
  readonly path?: string | undefined
  /** @default the current folder */
  readonly cwd?: string | undefined
  /** @default process.env */
  readonly env?: Environment | undefined
}

/**
 * Finds, reads and checks a configuration, and lays `BLOCKPOOL_BACKENDS`, `BLOCKPOOL_STRATEGY` and `BLOCKPOOL_COPIES`
 * over it. With `BLOCKPOOL_BACKENDS` no file is needed.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the file, the key, what was expected and what was found.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const { cwd = process.cwd(), env = process.env } = options
  const named = options.path ?? (env.BLOCKPOOL_CONFIG || undefined)
  const file = named === undefined ? await findConfigFile(cwd) : resolve(cwd, named)
  const { values, sources } = environmentOverrides(env)
  if (file === undefined && values.backends === undefined) {
    throw invalidAt(
      { source: cwd, path: [] },
      'found no blockpool.config.{json,ts,js} here or above, and BLOCKPOOL_BACKENDS is not set; `blockpool init` writes a file',
    )
  }
  const fromFile = file === undefined ? {} : await readConfigFile(file)
  const dir = file === undefined ? cwd : dirname(file)
  return parseConfig(isObject(fromFile) ? { ...fromFile, ...values } : fromFile, {
    source: file ?? 'BLOCKPOOL_BACKENDS',
    sources,
    baseDir: values.backends === undefined ? dir : cwd,
    importDirs: dir === cwd ? [dir] : [dir, cwd],
  })
}

/** The nearest `blockpool.config.{json,ts,js}` in `cwd` or a folder above it. */
export async function findConfigFile(cwd: string): Promise<string | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found: string[] = []
    for (const name of FILE_NAMES) if (await exists(join(folder, name))) found.push(join(folder, name))
    const [first, second] = found
    if (second !== undefined) {
      throw invalidAt(
        { source: folder, path: [] },
        `expected one configuration, found ${found.join(' and ')}`,
      )
    }
    if (first !== undefined || folder === dirname(folder)) return first
  }
}

/**
 * Checks a configuration.
 * @param origin where it comes from; by default paths start from the current folder.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming each key that is wrong.
 */
export function parseConfig(
  value: unknown,
  origin: Partial<Omit<LoadedConfig, 'config'>> = {},
): LoadedConfig {
  const { source = 'configuration', sources = {}, baseDir = process.cwd() } = origin
  const result = configSchemaOf['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('the schema of the configuration is not asynchronous')
  if (result.issues !== undefined) {
    const at = (path: readonly string[]): string => sources[path[0] ?? ''] ?? source
    throw issuesAt({ source, path: [] }, result.issues, value, configKeys, at)
  }
  return { config: result.value, source, sources, baseDir, importDirs: origin.importDirs ?? [baseDir] }
}

async function readConfigFile(file: string): Promise<unknown> {
  if (extname(file) === '.json') return parseJson(file, await readText(file))
  if (!(await exists(file))) throw notThere(file)
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
    return module.default
  } catch (error) {
    const old = (error as { code?: unknown } | undefined)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const problem = old ? 'needs Node 22.18 or later; .json and .js work with every Node' : doesNotLoad(error)
    throw invalidAt({ source: file, path: [] }, problem, error)
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw notThere(file, error)
  }
}

function notThere(file: string, cause?: unknown): Error {
  return invalidAt({ source: file, path: [] }, 'expected a configuration file, and cannot read it', cause)
}

/** The error of `JSON.parse` is not kept: it quotes the file, and with it what is secret there. */
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const [, place] = /\((line \d+ column \d+)\)/.exec((error as Error).message) ?? []
    throw invalidAt(
      { source: place ? `${file}, ${place}` : file, path: [] },
      'expected JSON, found something else',
    )
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
