import { writeFile } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { findConfigFile, type PoolConfig, parseConfig } from '@blockpool/config'
import { answer, type CommandContext } from '../context.ts'
import { CommandError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit.ts'

export interface InitOptions {
  /** `id=url` each. */
  readonly backend?: readonly string[] | undefined
  readonly strategy?: string | undefined
  readonly copies?: number | undefined
}

/** In a project that has the command installed, this is where the schema is. */
const SCHEMA = './node_modules/@blockpool/config/blockpool.schema.json'

/** Writes a configuration; never over one that is there. */
export async function init(context: CommandContext, options: InitOptions): Promise<ExitCode> {
  const { io } = context
  const path = resolve(io.cwd, context.options.config ?? 'blockpool.config.json')
  if (extname(path) !== '.json')
    throw new CommandError('ERR_USAGE', 'init writes JSON: the file must end in .json')
  const beside = context.options.config === undefined ? await besides(io.cwd) : undefined
  if (beside !== undefined) throw new CommandError('ERR_EXISTS', `${beside} is there already`)
  const config: PoolConfig = {
    $schema: SCHEMA,
    ...(options.strategy !== undefined && { strategy: options.strategy }),
    copies: options.copies ?? 1,
    backends: Object.fromEntries((options.backend ?? ['disk=fs:./.blockpool/blocks']).map(parseBackend)),
  }
  parseConfig(config, { source: 'init' })
  try {
    await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CommandError('ERR_EXISTS', `${path} is there already`, error)
  }
  await answer(context, `wrote ${path}`, { config: path, backends: Object.keys(config.backends) })
  return exitCodes.ok
}

/** The configuration in this very folder, whatever its extension. */
async function besides(cwd: string): Promise<string | undefined> {
  const found = await findConfigFile(cwd)
  return found !== undefined && found === join(resolve(cwd), `blockpool.config${extname(found)}`)
    ? found
    : undefined
}

function parseBackend(text: string): [string, string] {
  const [, id, url] = /^([^=:/?]+)=(.+)$/.exec(text) ?? []
  if (id === undefined || url === undefined) {
    throw new CommandError('ERR_USAGE', '--backend takes id=url, such as hot=sqlite:./hot.db')
  }
  return [id, url]
}
