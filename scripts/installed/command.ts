import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, install, refused, run, tarball } from '../outside.ts'

/** The command on a version of Node: blocks go in and come out; what lacks or does not fit is said with the way out. */
export function command(project: string, major: number): void {
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
  misfits(project, major)
}

function misfits(project: string, major: number): void {
  configure(project, { backends: { hot: 'sqlite:./hot.db' } })
  const missing = refused(project, 'npx', '--no-install', 'blockpool', 'status')
  expect(
    `Node ${major}: a plugin that lacks is named with its command`,
    missing.includes('npm install @blockpool/sqlite'),
  )

  const plugin = join(project, 'node_modules', 'old-backend')
  mkdirSync(plugin)
  const manifest = {
    name: 'old-backend',
    exports: './index.js',
    peerDependencies: { '@blockpool/core': '^99.0.0' },
  }
  writeFileSync(join(plugin, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(plugin, 'index.js'), '')
  configure(project, { plugins: ['old-backend'], backends: { hot: 'memory:' } })
  const misfit = refused(project, 'npx', '--no-install', 'blockpool', 'status')
  expect(
    `Node ${major}: a core that does not fit is named with the command that mends it`,
    misfit.includes("npm install '@blockpool/core@^99.0.0' old-backend"),
  )
}

function configure(project: string, config: unknown): void {
  writeFileSync(join(project, 'blockpool.config.json'), JSON.stringify(config))
}
