import { configSchema } from '@blockpool/config'
import { type CommandContext, installedRegistry } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { write } from '../io.ts'

/** Prints the JSON Schema of the configuration, with the options of the plugins that are installed here. */
export async function printSchema(context: CommandContext): Promise<ExitCode> {
  const schema = configSchema(await installedRegistry(context))
  await write(context.io.stdout, `${JSON.stringify(schema, null, 2)}\n`)
  return exitCodes.ok
}
