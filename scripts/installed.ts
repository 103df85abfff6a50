/**
 * Installs the packed tarballs (see packages.ts) with npm outside of the workspace, as users do, and uses them:
 * the command on Node 22 and 24, and the example of a third-party backend under vitest and node:test.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const tarballs = join(root, 'node_modules', '.cache', 'tarballs')
const scratch = mkdtempSync(join(tmpdir(), 'blockpool-installed-'))

/** Path of a package's tarball: '@blockpool/core' is blockpool-core-0.1.0.tgz. */
function tarball(name: string): string {
  const prefix = `${name.replace('@', '').replace('/', '-')}-`
  const file = readdirSync(tarballs).find((f) => f.startsWith(prefix) && /^\d/.test(f.slice(prefix.length)))
  if (!file) throw new Error(`${name} was not packed: run scripts/packages.ts first`)
  return join(tarballs, file)
}

/** A command that takes longer has failed. */
const LIMIT_MS = 120_000
/** An installation now and then hangs on a registry that says nothing; the next one goes on from its cache. */
const TRIES = 3

/** Runs a command of a project on the Node that the project has installed. */
function run(project: string, command: string, ...args: string[]): string {
  const path = [join(project, 'node_modules', '.bin'), ...(process.env.PATH ?? '').split(delimiter)]
  // The workspace's own programs must not be found.
  const outside = path.filter((folder) => !folder.startsWith(root)).join(delimiter)
  const { CI: _, ...env } = process.env
  try {
    return execFileSync(command, args, {
      cwd: project,
      env: { ...env, PATH: outside, NO_COLOR: '1' },
      encoding: 'utf8',
      timeout: LIMIT_MS,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

function install(project: string, ...specifiers: string[]): void {
  for (let tries = 1; ; tries++) {
    try {
      run(project, 'npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...specifiers)
      return
    } catch (error) {
      if (tries === TRIES) throw error
      console.log(`npm install is tried again: ${String(error)}`)
    }
  }
}

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`not so: ${what}`)
  console.log(`ok  ${what}`)
}

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
