import { basename, relative, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { assertEmpty, createPackage, parseDescription } from './create-package.ts'
import { CreateError } from './errors.ts'
import { type ExitCode, exitCodeOf, exitCodes } from './exit.ts'
import { type License, licenses, parseLicense } from './licenses.ts'
import { namesOf } from './names.ts'
import { openQuestions } from './questions.ts'
import type { PackageKind } from './template.ts'

/** What the command touches of the process that it runs in. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  readonly stdout: Writable
  readonly stderr: Writable
  readonly cwd: string
}

const HELP = `Starts a package with a backend or a strategy for Blockpool.

  npm create blockpool-backend my-store
  npm create blockpool-backend my-strategy -- --strategy --yes

  --name <name>           the package, such as my-store or @acme/my-store; its folder is the last part
  --description <text>    one sentence
  --license <id>          ${licenses.join(', ')}
  --strategy              a strategy instead of a backend
  -y, --yes               ask nothing
  -h, --help

What is not given is asked for, in a terminal. A folder that is not empty is left alone.
Exit codes: 0 ok, 1 error, 2 usage, 130 interrupted.
`

/** True for the templates as they are. */
const STANDARD: Readonly<Record<PackageKind, string>> = {
  backend: 'Keeps the blocks of a Blockpool in a folder.',
  strategy: 'Puts the blocks of a Blockpool where the fewest bytes are.',
}

interface Given {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly license: License | undefined
  readonly kind: PackageKind
  readonly yes: boolean
  readonly help: boolean
}

interface Answers {
  readonly name: string
  readonly description: string
  readonly license: License
}

/** @param argv the arguments alone, without node and script */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const given = parse(argv)
    if (given.help) {
      io.stdout.write(HELP)
      return exitCodes.ok
    }
    const { kind } = given
    const answers = await complete(given, io)
    const folder = folderOf(answers.name, io)
    const files = await createPackage({ ...answers, kind, folder })
    io.stdout.write(nextSteps(relative(io.cwd, folder), kind, files.length))
    return exitCodes.ok
  } catch (error) {
    io.stderr.write(`error: ${(error as Error).message}\n`)
    return exitCodeOf(error)
  }
}

function parse(argv: readonly string[]): Given {
  const { values, positionals } = parseOrRefuse(argv)
  if (positionals.length > 1 || (positionals.length === 1 && values.name !== undefined)) {
    throw new CreateError('ERR_USAGE', 'one name is enough')
  }
  const { description, license, strategy, yes = false, help = false } = values
  return {
    name: values.name ?? positionals[0],
    description: description === undefined ? undefined : parseDescription(description),
    license: license === undefined ? undefined : parseLicense(license),
    kind: strategy ? 'strategy' : 'backend',
    yes,
    help,
  }
}

function parseOrRefuse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        description: { type: 'string' },
        license: { type: 'string' },
        strategy: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CreateError('ERR_USAGE', (error as Error).message, error)
  }
}

/** Asks for what is not given, where somebody is there to answer; otherwise the rest is as most want it. */
async function complete({ name, description, license, kind, yes }: Given, io: Io): Promise<Answers> {
  if (name !== undefined) await checkName(name, io)
  const standard = STANDARD[kind]
  if (yes || !io.stdin.isTTY) {
    if (name === undefined) throw new CreateError('ERR_USAGE', 'a name is missing: --name my-store')
    return { name, description: description ?? standard, license: license ?? 'MIT' }
  }
  const questions = openQuestions(io)
  const example = kind === 'backend' ? 'my-store' : 'my-strategy'
  try {
    return {
      name: name ?? (await questions.ask('Name of the package', example, (text) => checkName(text, io))),
      description:
        description ??
        (await questions.ask('What it is, in one sentence', standard, asked(parseDescription))),
      license:
        license ?? (await questions.ask(`Licence: ${licenses.join(', ')}`, 'MIT', asked(parseLicense))),
    }
  } finally {
    questions.end()
  }
}

function asked<T>(parse: (text: string) => T): (text: string) => Promise<T> {
  return async (text) => parse(text)
}

async function checkName(name: string, io: Io): Promise<string> {
  await assertEmpty(folderOf(name, io))
  return name
}

function folderOf(name: string, { cwd }: Io): string {
  return resolve(cwd, basename(namesOf(name).package))
}

function nextSteps(folder: string, kind: PackageKind, files: number): string {
  const what = kind === 'backend' ? 'src/folder.ts and src/backend.ts' : 'src/strategy.ts'
  return `${files} files in ${folder}. It works as it is; what to replace is in ${what}.

  cd ${folder}
  npm install
  npm test
`
}
