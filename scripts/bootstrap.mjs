// Runs a script of this folder on the toolchain that the lock file names, installing it first when needed. Plain
// JavaScript without dependencies: any Node from 20 on runs it. Usage: node scripts/bootstrap.mjs NAME [ARGUMENT …]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const stamp = join(root, 'node_modules', '.installed')

const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
}

/** Runs a command with its output on stderr, which leaves stdout to the script; ends this process when it fails. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (error) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/** What an installation depends on: the lock file and every manifest of the workspace. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests('')]) {
    hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function manifests(folder) {
  const found = []
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    if (entry.isDirectory()) found.push(...manifests(join(folder, entry.name)))
    else if (entry.name === 'package.json') found.push(join(folder, entry.name))
  }
  return found.sort()
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint()) {
  console.error('Installing (once) …')
  run('npx', [
    '--yes',
    'pnpm@12',
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    '--loglevel=warn',
  ])
  writeFileSync(stamp, fingerprint())
}

const [name, ...args] = process.argv.slice(2)
const { status, signal } = spawnSync(join(bin, 'node'), [join(root, 'scripts', `${name}.ts`), ...args], {
  env,
  stdio: 'inherit',
})
process.exit(signal ? 130 : (status ?? 1))
