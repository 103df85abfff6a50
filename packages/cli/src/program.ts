import { createRequire } from 'node:module'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { AddOptions } from './commands/add.ts'
import type { BlockPutOptions } from './commands/block.ts'
import type { ConformanceCommandOptions } from './commands/conformance.ts'
import type { ExplainOptions } from './commands/explain.ts'
import type { ExportFileOptions } from './commands/export.ts'
import type { GetOptions } from './commands/get.ts'
import type { InitOptions } from './commands/init.ts'
import type { LsOptions } from './commands/ls.ts'
import type { CommandContext, GlobalOptions } from './context.ts'
import { type ExitCode, exitCodes } from './exit.ts'
import type { Io } from './io.ts'
import { reportError } from './output/error.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }

/**
 * Runs the command as `blockpool` does, within the process that it is called from.
 * @param argv the arguments alone, without node and script
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const outcome: { exitCode: ExitCode } = { exitCode: exitCodes.ok }
  const program = createProgram(io, outcome)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return outcome.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    // Options stand before and after the subcommand, and a failed parse has set none.
    const options: GlobalOptions = program.opts()
    return reportError({ io, options }, error)
  }
}

function createProgram(io: Io, outcome: { exitCode: ExitCode }): Command {
  const program = new Command('blockpool')
    .description('A storage pool for content-addressed blocks.')
    .version(version)
    .option('-c, --config <file>', 'the configuration (default: the nearest blockpool.config.{json,ts,js})')
    .option('--json', 'answer in JSON: one object, or one for each line where there are many')
    .option('-q, --quiet', 'no progress and no warnings')
    .option('--no-color', 'no colours; NO_COLOR=1 does the same')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns || 80,
      getErrHelpWidth: () => io.stderr.columns || 80,
    })
  /** Makes the action of a subcommand: its code is loaded when it runs. */
  const action =
    <A extends unknown[]>(run: (context: CommandContext, ...args: A) => Promise<ExitCode>) =>
    async (...args: A): Promise<void> => {
      outcome.exitCode = await run({ io, options: program.opts() }, ...args)
    }
  addPoolCommands(program, action)
  addCarCommands(program, action)
  addBlockCommands(program, action)
  addToolCommands(program, action)
  return program
}

type Action = <A extends unknown[]>(
  run: (context: CommandContext, ...args: A) => Promise<ExitCode>,
) => (...args: A) => Promise<void>

function addPoolCommands(program: Command, action: Action): void {
  program
    .command('init')
    .description('write a blockpool.config.json; never over one that is there')
    .option('-b, --backend <id=url>', 'a backend, such as hot=sqlite:./hot.db; repeat for more', collect)
    .option('--strategy <type>', 'where blocks go')
    .option('--copies <n>', 'copies of each block', wholeNumber)
    .action(
      action(async (context, options: InitOptions) =>
        (await import('./commands/init.ts')).init(context, options),
      ),
    )
  program
    .command('add')
    .description('store files and directories; prints the CID of the root')
    .argument('<path...>')
    .option('-w, --wrap', 'put a directory around a single path, too')
    .action(
      action(async (context, paths: string[], options: AddOptions) =>
        (await import('./commands/add.ts')).add(context, paths, options),
      ),
    )
  program
    .command('get')
    .description('write a file or directory to disk')
    .argument('<cid>', 'a CID, or <cid>/path/in/it')
    .option('-o, --output <path>', 'where to (default: its name, here)')
    .option('-f, --force', 'replace files that are there')
    .option('--all-links', 'also make symbolic links that lead out of the output')
    .action(
      action(async (context, cid: string, options: GetOptions) =>
        (await import('./commands/get.ts')).get(context, cid, options),
      ),
    )
  program
    .command('cat')
    .description('write the bytes of a file to stdout')
    .argument('<cid>', 'a CID, or <cid>/path/in/it')
    .action(action(async (context, cid: string) => (await import('./commands/cat.ts')).cat(context, cid)))
}

function addCarCommands(program: Command, action: Action): void {
  program
    .command('import')
    .description('store the blocks of a CAR file; prints its roots')
    .argument('<file>', 'a CAR file of version 1 or 2, or - for stdin')
    .action(
      action(async (context, file: string) =>
        (await import('./commands/import.ts')).importFile(context, file),
      ),
    )
  program
    .command('export')
    .description('write blocks, and all that they link to, as a CAR file')
    .argument('<cid...>')
    .option('-o, --output <file>', 'where to (default: stdout)')
    .option('-f, --force', 'replace a file that is there')
    .option('--duplicates', 'write a block as often as something links to it')
    .option('--no-links', 'these blocks alone')
    .action(
      action(async (context, cids: string[], options: ExportFileOptions) =>
        (await import('./commands/export.ts')).exportFile(context, cids, options),
      ),
    )
}

function addBlockCommands(program: Command, action: Action): void {
  const block = program.command('block').description('single blocks')
  block
    .command('put')
    .description('store a block from a file or from stdin; prints its CID')
    .argument('[file]')
    .option('--cid <cid>', 'the CID that it must have (default: raw, sha2-256)')
    .action(
      action(async (context, file: string | undefined, options: BlockPutOptions) =>
        (await import('./commands/block.ts')).blockPut(context, file, options),
      ),
    )
  block
    .command('get')
    .description('write the bytes of a block to stdout')
    .argument('<cid>')
    .option('-o, --output <file>', 'to a new file instead')
    .action(
      action(async (context, cid: string, options: { output?: string }) =>
        (await import('./commands/block.ts')).blockGet(context, cid, options),
      ),
    )
  block
    .command('has')
    .description('say whether a block is stored')
    .argument('<cid>')
    .action(
      action(async (context, cid: string) => (await import('./commands/block.ts')).blockHas(context, cid)),
    )
  block
    .command('rm')
    .description('delete blocks')
    .argument('<cid...>')
    .action(
      action(async (context, cids: string[]) => (await import('./commands/block.ts')).blockRm(context, cids)),
    )
}

function addToolCommands(program: Command, action: Action): void {
  program
    .command('ls')
    .description('print the CID of every block')
    .option('--partial', 'also when a backend cannot be listed')
    .action(
      action(async (context, options: LsOptions) => (await import('./commands/ls.ts')).ls(context, options)),
    )
  program
    .command('status')
    .description('show every backend; exit code 4 when one is not healthy')
    .action(action(async (context) => (await import('./commands/status.ts')).status(context)))
  program
    .command('explain')
    .description('say where a block is, and what the pool would do with it')
    .argument('<cid>')
    .option('--size <bytes>', 'its size, when it is not stored yet', wholeNumber)
    .action(
      action(async (context, cid: string, options: ExplainOptions) =>
        (await import('./commands/explain.ts')).explain(context, cid, options),
      ),
    )
  program
    .command('conformance')
    .description('test a plugin for backends or strategies')
    .argument('<plugin-or-url>', 'a type, a package, a file, or a URL with a relative path or with {n}')
    .option('--options <json>', 'options of the plugin')
    .option('--seed <n>', 'seed of all random choices', wholeNumber)
    .option('--badge <file>', 'write an SVG that says how many cases passed')
    .action(
      action(async (context, subject: string, options: ConformanceCommandOptions) =>
        (await import('./commands/conformance.ts')).conformance(context, subject, options),
      ),
    )
  const config = program.command('config').description('the configuration')
  config
    .command('schema')
    .description('print its JSON Schema')
    .action(action(async (context) => (await import('./commands/config-schema.ts')).printSchema(context)))
}

const HELP = `
Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 degraded, 5 corrupt, 130 interrupted.`

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
