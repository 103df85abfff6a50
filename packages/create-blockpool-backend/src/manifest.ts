import { createRequire } from 'node:module'
import type { License } from './licenses.ts'

type Ranges = Readonly<Record<string, string>>

interface Manifest extends Readonly<Record<string, unknown>> {
  readonly peerDependencies: Ranges
  readonly devDependencies: Ranges
}

/**
 * Ranges of all that a new package may depend on: those that this package is developed with, so that the two are tested
 * together. When this package is packed they become plain ranges.
 */
const { devDependencies: known } = createRequire(import.meta.url)('../package.json') as Manifest

export interface ManifestOptions {
  readonly name: string
  readonly description: string
  readonly license: License
}

/** The package.json of a template, filled in. */
export function fillManifest(template: string, { name, description, license }: ManifestOptions): string {
  const manifest: Manifest = JSON.parse(template)
  const filled = {
    ...manifest,
    name,
    description,
    license,
    peerDependencies: withRanges(manifest.peerDependencies),
    devDependencies: withRanges(manifest.devDependencies),
  }
  return `${JSON.stringify(filled, null, 2)}\n`
}

function withRanges(dependencies: Ranges): Ranges {
  return Object.fromEntries(Object.keys(dependencies).map((name) => [name, known[name] ?? '*']))
}
