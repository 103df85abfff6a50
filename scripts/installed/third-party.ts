import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, install, root, run, tarball } from '../outside.ts'

/** The example of a third-party backend, with the packed kit, under vitest and node:test. */
export function thirdParty(project: string): void {
  cpSync(join(root, 'examples', 'third-party-backend'), project, {
    recursive: true,
    filter: (path) => !path.includes('node_modules') && !path.endsWith('dist'),
  })
  const path = join(project, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies']) {
    for (const [name, range] of Object.entries<string>(manifest[kind] ?? {})) {
      if (range.startsWith('workspace:')) manifest[kind][name] = `file:${tarball(name)}`
      else if (range === 'catalog:') manifest[kind][name] = versionIn(catalog, name)
    }
  }
  manifest.peerDependencies = undefined
  writeFileSync(path, JSON.stringify(manifest, null, 2))
  install(project, 'node@24')
  run(project, 'npm', 'run', 'test:vitest')
  expect('the example backend passes the kit under vitest, outside of the workspace', true)
  run(project, 'npm', 'run', 'test:node')
  expect('the example backend passes the kit under node:test, outside of the workspace', true)
}

function versionIn(catalog: string, name: string): string {
  const line = catalog.split('\n').find((l) => l.trim().replaceAll('"', '').startsWith(`${name}:`))
  if (!line) throw new Error(`the catalog has no ${name}`)
  return line.slice(line.lastIndexOf(':') + 1).trim()
}
