import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CreateError } from './errors.ts'
import { type License, licenseFiles, parseLicense } from './licenses.ts'
import { fillManifest } from './manifest.ts'
import { assertUnused, type Names, namesOf } from './names.ts'
import { type PackageKind, type Replacements, readTemplate, replaceAll } from './template.ts'

export interface CreateOptions {
  /** As npm will know it: 'my-store', '@acme/blockpool-tape'. */
  readonly name: string
  /** Where the package goes; it is made when it is missing. */
  readonly folder: string
  /** @default 'backend' */
  readonly kind?: PackageKind | undefined
  /** One sentence, on one line. */
  readonly description: string
  /** @default 'MIT' */
  readonly license?: License | undefined
}

/**
 * Writes a package that builds, and passes the conformance kit. Nothing is replaced.
 * @returns the paths of its files, from the folder, sorted.
 * @throws CreateError `ERR_EXISTS` for a folder that is not empty; `ERR_INVALID_NAME`; `ERR_USAGE` for a description of
 * no or several lines, or a licence whose text is not here.
 */
export async function createPackage(options: CreateOptions): Promise<readonly string[]> {
  const { folder } = options
  const files = await filesOf(options)
  await assertEmpty(folder)
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeNew(join(folder, path), text)
  }
  return [...files.keys()].toSorted()
}

async function filesOf(options: CreateOptions): Promise<ReadonlyMap<string, string>> {
  const { kind = 'backend', name } = options
  const license = parseLicense(options.license ?? 'MIT')
  const description = parseDescription(options.description)
  const names = namesOf(name)
  const own = await readTemplate(kind)
  assertUnused(names, [...own].map(codeOf))
  const replacements = replacementsFor(names, description)
  const files = new Map<string, string>()
  for (const [path, text] of [...(await readTemplate('shared')), ...own]) {
    const filled =
      path === 'package.json'
        ? fillManifest(text, { name, description, license })
        : replaceAll(text, replacements)
    files.set(path, filled)
  }
  return new Map([...files, ...(await licenseFiles(license, replacements))])
}

/** Of a document: its programs. */
function codeOf([path, text]: readonly [string, string]): string {
  if (path.endsWith('.ts')) return text
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]).join('\n')
}

/** The words of the templates, and what comes in for them. */
function replacementsFor(names: Names, description: string): Replacements {
  return {
    'package-name': names.package,
    'package-description': description,
    'copyright-holder': `The ${names.type} authors`,
    'copyright-year': String(new Date().getFullYear()),
    'my-strategy': names.type,
    myStrategy: names.identifier,
    MyStrategy: names.typeName,
    'my-store': names.type,
    myStore: names.identifier,
    MyStore: names.typeName,
  }
}

/** @throws CreateError `ERR_USAGE` */
export function parseDescription(text: string): string {
  const description = text.trim()
  if (description !== '' && !/[\r\n]/.test(description)) return description
  throw new CreateError('ERR_USAGE', 'the description must be one line')
}

/** @throws CreateError `ERR_EXISTS` when something stands there that is not an empty folder. */
export async function assertEmpty(folder: string): Promise<void> {
  try {
    const names = await readdir(folder)
    if (names.length === 0) return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') throw new CreateError('ERR_EXISTS', `${folder} is a file`, error)
    throw error
  }
  throw new CreateError('ERR_EXISTS', `${folder} is not empty; nothing was written`)
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CreateError('ERR_EXISTS', `${path} has come into being meanwhile; it was left as it is`, error)
  }
}
