import type { Dirent } from 'node:fs'
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { CommandError } from '../errors.ts'

/** Something on disk that goes into a DAG. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly bytes: number }
  /** A directory with nothing in it that is added; others follow from what is in them. */
  | { readonly kind: 'directory'; readonly path: string; readonly name: string }
  | { readonly kind: 'link'; readonly path: string; readonly name: string; readonly target: string }
  | { readonly kind: 'skipped'; readonly path: string; readonly name: string; readonly reason: string }

/** Folders of this name hold pools: adding one to itself would never end. */
const POOL_FOLDER = '.blockpool'

/**
 * What is at and below a path, in the order of names, so that the same tree always goes in the same way. A path that
 * is itself a symbolic link is followed; links below it are yielded as links. `name` is divided by `/` and starts with
 * the last part of the path.
 * @throws CommandError `ERR_UNSUPPORTED_FILE` for a folder whose name ends in a backslash: the UnixFS importer would
 * take the slash after it for escaped.
 */
export async function* walk(path: string): AsyncGenerator<Found> {
  const name = basename(resolve(path)) || 'root'
  const real = await realpath(path)
  const stats = await stat(real)
  if (stats.isDirectory()) yield* walkFolder(real, name)
  else if (stats.isFile()) yield { kind: 'file', path: real, name, bytes: stats.size }
  else throw new CommandError('ERR_UNSUPPORTED_FILE', `${path} is neither a file nor a folder`)
}

async function* walkFolder(folder: string, name: string): AsyncGenerator<Found> {
  if (name.endsWith('\\')) {
    throw new CommandError(
      'ERR_UNSUPPORTED_FILE',
      `${folder}: a folder whose name ends in \\ cannot be added`,
    )
  }
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  let empty = true
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const inner = `${name}/${entry.name}`
    const reason = reasonToSkip(entry)
    empty &&= reason !== undefined
    if (reason !== undefined) yield { kind: 'skipped', path, name: inner, reason }
    else if (entry.isDirectory()) yield* walkFolder(path, inner)
    else if (entry.isSymbolicLink()) yield { kind: 'link', path, name: inner, target: await readlink(path) }
    else yield { kind: 'file', path, name: inner, bytes: (await lstat(path)).size }
  }
  if (empty) yield { kind: 'directory', path: folder, name }
}

function reasonToSkip(entry: Dirent): string | undefined {
  if (entry.isDirectory()) return entry.name === POOL_FOLDER ? 'the folder of a pool' : undefined
  return entry.isFile() || entry.isSymbolicLink() ? undefined : 'neither a file nor a folder'
}
