import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, install, root, run, tarball } from '../outside.ts'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

/** Entry points that import a test runner, and so load under one only. */
const UNDER_A_RUNNER = ['@blockpool/conformance/vitest']

/** Every package that is published, in one project: each loads on each Node (paths of programs). */
export function everything(project: string, nodes: readonly string[]): void {
  const manifests = globSync('packages/**/package.json', { cwd: root, exclude: ['**/node_modules/**'] })
    .map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest)
    .filter((manifest) => !manifest.private)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  install(project, ...manifests.map(({ name }) => tarball(name)))

  const entries = manifests.flatMap(entriesOf).filter((entry) => !UNDER_A_RUNNER.includes(entry))
  writeFileSync(join(project, 'main.js'), entries.map((entry) => `await import('${entry}')`).join('\n'))
  for (const node of nodes) {
    run(project, node, 'main.js')
    expect(`${entries.length} entry points load on Node ${run(project, node, '--version').trim()}`, true)
  }
}

function entriesOf({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => join(name, path))
}
