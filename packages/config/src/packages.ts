import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports a package by name (or a file by a path that starts with `./`) as seen from a folder. */
export type ImportPackage = (name: string, fromDir: string) => Promise<unknown>

/** Node's way: the file is found from the folder, with the conditions that this process runs with. */
export const importPackage: ImportPackage = async (name, fromDir) => {
  return import(pathToFileURL(resolvePackage(name, fromDir)).href)
}

/** The package itself is not installed, as opposed to one that fails while it loads. */
export function isNotFound(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const missing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
  return missing && String(message).includes(`'${name}'`)
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
