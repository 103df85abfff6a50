import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root: string = join(import.meta.dirname, '..')

export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export interface WorkspacePackage {
  /** From the root: 'packages/core'. */
  readonly folder: string
  readonly manifest: Manifest
}

/** The packages of the workspace, examples too. */
export const packages: readonly WorkspacePackage[] = files('{packages,examples}/**/package.json').map(
  (path) => ({
    folder: dirname(path),
    manifest: JSON.parse(readFileSync(join(root, path), 'utf8')),
  }),
)

/** Files that match, from the root, without installed and built ones, and templates of other packages. */
export function files(pattern: string): string[] {
  return globSync(pattern, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist|template)$/.test(String(path)),
  })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/(^|\/)(node_modules|dist|template)\//.test(path))
    .sort()
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** What a source file imports, types too, in the order in which it stands there. */
export function importsOf(path: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g
  return [...read(path).matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
