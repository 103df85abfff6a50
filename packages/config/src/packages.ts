import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { satisfies, validRange } from 'semver'

/** Imports a package by name (or a file by a path that starts with `./`) as seen from a folder. */
export type ImportPackage = (name: string, fromDir: string) => Promise<unknown>

/**
 * Node's way: the file is found from the folder, with the conditions that this process runs with. Rejects when the package
 * asks for another version of core than the one that it would get.
 */
export const importPackage: ImportPackage = async (name, fromDir) => {
  const file = resolvePackage(name, fromDir)
  assertCoreFits(name, file)
  return import(pathToFileURL(file).href)
}

/** The package itself is not installed, as opposed to one that fails while it loads. */
export function isNotFound(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const missing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
  return missing && String(message).includes(`'${name}'`)
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const CORE = '@blockpool/core'

/** Installers let a peer pass that does not fit, with a warning at most; what comes of it would be hard to read. */
function assertCoreFits(name: string, file: string): void {
  const range = manifestAbove(name, file)?.peerDependencies?.[CORE]
  const version = range === undefined ? undefined : coreSeenFrom(file)?.version
  // In a workspace the range is the name of a protocol, and the version the one beside it.
  if (range === undefined || version === undefined || validRange(range) === null) return
  if (satisfies(version, range, { includePrerelease: true })) return
  throw new Error(
    `it needs ${CORE} ${range}, and ${version} is installed: npm install '${CORE}@${range}' ${name}`,
  )
}

/** The manifest of the package that the file belongs to; undefined for a file of no such package. */
function manifestAbove(name: string, file: string): Manifest | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    const manifest = existsSync(path) ? readManifest(path) : undefined
    if (manifest?.name === name) return manifest
  }
  return undefined
}

function coreSeenFrom(file: string): Manifest | undefined {
  try {
    return readManifest(createRequire(file).resolve(`${CORE}/package.json`))
  } catch {
    // Importing the package says which of its packages lacks.
    return undefined
  }
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

function resolvePackage(name: string, fromDir: string): string {
  const require = createRequire(join(fromDir, 'noop.js'))
  try {
    return require.resolve(name)
  } catch (error) {
    // `resolve` takes the way of `require`; a package may allow `import` only.
    const file =
      errorCodeOf(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? importOnly(name, require) : undefined
    if (file === undefined) throw error
    return file
  }
}

function importOnly(name: string, require: NodeJS.Require): string | undefined {
  const folder = require.resolve
    .paths(name)
    ?.map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')))
  if (folder === undefined) return undefined
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports?: unknown }
  const entry = field(exports, '.') ?? exports
  const target = field(entry, 'node') ?? field(entry, 'import')
  const path = typeof target === 'string' ? target : (field(target, 'import') ?? field(target, 'default'))
  return typeof path === 'string' ? join(folder, path) : undefined
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function errorCodeOf(error: unknown): unknown {
  return field(error, 'code')
}
