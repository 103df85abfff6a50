import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What users can import: one line of the `exports` of a published package. */
export interface EntryPoint {
  /** As it stands in an import: '@blockpool/conformance/vitest'. */
  readonly specifier: string
  /** Folder of its package, absolute. */
  readonly folder: string
  /** Its built declarations, absolute. */
  readonly declarations: string
  /** Its source, absolute. */
  readonly source: string
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

/** The repository that this package stands in. */
export const root: string = join(import.meta.dirname, '..', '..', '..')

/** Every entry point of every package that is published, by specifier. */
export function entryPoints(): readonly EntryPoint[] {
  const manifests = globSync('packages/**/package.json', { cwd: root, exclude: ['**/node_modules/**'] })
  return manifests
    .flatMap((path) => ofPackage(dirname(join(root, path))))
    .sort((a, b) => (a.specifier < b.specifier ? -1 : 1))
}

function ofPackage(folder: string): EntryPoint[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  if (manifest.private) return []
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, conditions]) => {
    if (typeof conditions === 'string') return []
    const { types, '@blockpool/source': source } = conditions
    if (!types || !source) throw new Error(`${manifest.name}: ${subpath} names no types or no source`)
    return [
      {
        specifier: join(manifest.name, subpath),
        folder,
        declarations: join(folder, types),
        source: join(folder, source),
      },
    ]
  })
}
