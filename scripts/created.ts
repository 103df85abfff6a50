/**
 * Starts a backend and a strategy with the packed `create-blockpool-backend` (see packages.ts), outside of the
 * workspace, and does in each what its README says: builds, lints, tests under vitest and node:test, runs the program of
 * the README, and makes the first version.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, install, run, tarball } from './outside.ts'

const scratch = mkdtempSync(join(tmpdir(), 'blockpool-created-'))

interface Wanted {
  /** As somebody types it. */
  readonly args: readonly string[]
  readonly folder: string
  readonly node: number
  /** What was installed for another package, which no longer needs it: both have the same dependencies. */
  readonly installed?: string
}

/** The command, installed alone as `npm create` does it. */
function installCreator(): string {
  const home = join(scratch, 'creator')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true }')
  install(home, tarball('create-blockpool-backend'))
  const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))
  expect('nothing comes with create-blockpool-backend', installed.join() === 'create-blockpool-backend')
  install(home, 'node@22')
  return home
}

/** @returns the folder of the package. */
function created(creator: string, { args, folder, node, installed }: Wanted): string {
  run(creator, 'npx', '--no-install', 'create-blockpool-backend', ...args)
  const project = join(creator, folder)
  if (installed !== undefined) renameSync(installed, join(project, 'node_modules'))
  // What is not published yet comes from its tarball; all other ranges are those of the package.
  install(project, `node@${node}`, ...ourPackages(project))
  const version = run(project, 'node', '--version').trim()
  expect(`${folder}: on Node ${version}`, version.startsWith(`v${node}.`))
  for (const script of ['build', 'types', 'lint', 'test:vitest', 'test:node']) {
    run(project, 'npm', 'run', script)
    expect(`${folder}: npm run ${script}`, true)
  }
  runReadme(project)
  expect(`${folder}: the program of its README runs`, true)
  run(project, 'npx', '--no-install', 'blockpool', 'conformance', './dist/index.js')
  expect(`${folder}: blockpool conformance`, true)
  run(project, 'npx', '--no-install', 'changeset', 'version')
  expect(`${folder}: its first version is 0.1.0`, manifestOf(project).version === '0.1.0')
  return project
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

function manifestOf(project: string): Manifest {
  return JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
}

/** Specifiers of our packages, and of the command with what it needs. */
function ourPackages(project: string): readonly string[] {
  const wanted = Object.keys(manifestOf(project).devDependencies).filter((name) =>
    name.startsWith('@blockpool/'),
  )
  const command = ['blockpool', '@blockpool/config', '@blockpool/fs', '@blockpool/car']
  return ['--save-dev', ...[...wanted, ...command].map(tarball)]
}

function runReadme(project: string): void {
  const [, program] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(project, 'README.md'), 'utf8')) ?? []
  if (program === undefined) throw new Error('the README has no program')
  const file = join(project, 'readme.ts')
  writeFileSync(file, program)
  run(project, 'node', file)
  rmSync(file)
}

try {
  const creator = installCreator()
  const backend = created(creator, { args: ['tape-robot', '--yes'], folder: 'tape-robot', node: 22 })
  created(creator, {
    args: ['@acme/tape-order', '--strategy', '--license', 'Apache-2.0', '--description', 'Tapes in order.'],
    folder: 'tape-order',
    node: 24,
    installed: join(backend, 'node_modules'),
  })
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
