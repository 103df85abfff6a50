/**
 * Installs the packed tarballs (see packages.ts) with npm outside of the workspace, as users do, and uses them:
 * the command on Node 22 and 24, and the example of a third-party backend under vitest and node:test.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, install, root, run, tarball } from './outside.ts'

const scratch = mkdtempSync(join(tmpdir(), 'blockpool-installed-'))

function command(major: number): void {
  const project = join(scratch, `node-${major}`)
  mkdirSync(join(project, 'photos', 'deep'), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  writeFileSync(join(project, 'photos', 'deep', 'large.bin'), Buffer.alloc(3_000_000, major))
  writeFileSync(join(project, 'photos', 'small.txt'), 'a small file\n')
  const ours = ['core', 'config', 'conformance', 'fs', 'car'].map((name) => tarball(`@blockpool/${name}`))
  install(project, `node@${major}`, tarball('blockpool'), ...ours)
  const version = run(project, 'node', '--version')
  expect(`the command runs on Node ${version.trim()}`, version.startsWith(`v${major}.`))
  const installed = readdirSync(join(project, 'node_modules'))
  expect('no driver comes with the command', !installed.includes('better-sqlite3'))

  const blockpool = (...args: string[]): string => run(project, 'npx', '--no-install', 'blockpool', ...args)
  blockpool('init')
  const cid = JSON.parse(blockpool('add', 'photos', '--json').trim().split('\n').at(-1) ?? '').root
  blockpool('get', cid, '-o', 'back')
  for (const name of ['deep/large.bin', 'small.txt']) {
    const same = readFileSync(join(project, 'photos', name)).equals(readFileSync(join(project, 'back', name)))
    expect(`Node ${major}: ${name} comes back byte by byte`, same)
  }
  expect(`Node ${major}: status shows the backend`, /\bfs\b/.test(blockpool('status')))
}

function thirdParty(): void {
  const project = join(scratch, 'third-party-backend')
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

try {
  command(22)
  command(24)
  thirdParty()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
