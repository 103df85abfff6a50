import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export type PackageKind = 'backend' | 'strategy'

/** What stands in for a word of the template, by that word. */
export type Replacements = Readonly<Record<string, string>>

export const templateFolder: URL = new URL('../template/', import.meta.url)

/**
 * The files of a template as they are, by path. Names lose a leading `_`: with it, npm and the tools of this repository
 * do not take them for their own.
 */
export async function readTemplate(kind: PackageKind | 'shared'): Promise<ReadonlyMap<string, string>> {
  const folder = fileURLToPath(new URL(kind, templateFolder))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, string>()
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.set(targetOf(relative(folder, path)), await readFile(path, 'utf8'))
  }
  return files
}

/** All words at once, so that what comes in for one is not taken for another. */
export function replaceAll(text: string, replacements: Replacements): string {
  const words = Object.keys(replacements)
  return text.replace(new RegExp(words.join('|'), 'g'), (word) => replacements[word] ?? word)
}

function targetOf(path: string): string {
  return path
    .split(sep)
    .map((name) => name.replace(/^_/, ''))
    .join('/')
}
