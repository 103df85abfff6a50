/** What the scripts share that use our packages as users do: packed, and installed with npm outside of the workspace. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const root: string = join(import.meta.dirname, '..')
const tarballs = join(root, 'node_modules', '.cache', 'tarballs')

/** Path of a package's tarball: '@blockpool/core' is blockpool-core-0.1.0.tgz. */
export function tarball(name: string): string {
  const prefix = `${name.replace('@', '').replace('/', '-')}-`
  const file = readdirSync(tarballs).find((f) => f.startsWith(prefix) && /^\d/.test(f.slice(prefix.length)))
  if (!file) throw new Error(`${name} was not packed: run scripts/packages.ts first`)
  return join(tarballs, file)
}

/** A command that takes longer has failed. */
const LIMIT_MS = 120_000
/** An installation now and then hangs on a registry that says nothing; the next one goes on from its cache. */
const TRIES = 3

/** What was fetched once is taken from npm's cache, without asking whether it is still the newest. */
const QUIETLY = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']

/** Runs a command of a project on the Node that the project has installed. */
export function run(project: string, command: string, ...args: string[]): string {
  const path = [join(project, 'node_modules', '.bin'), ...(process.env.PATH ?? '').split(delimiter)]
  // The workspace's own programs and packages must not be found.
  const outside = path.filter((folder) => !folder.startsWith(root)).join(delimiter)
  const { CI: _, NODE_PATH: __, ...env } = process.env
  try {
    return execFileSync(command, args, {
      cwd: project,
      env: { ...env, PATH: outside, NO_COLOR: '1' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

/** What a command says that has to fail. */
export function refused(project: string, command: string, ...args: string[]): string {
  try {
    run(project, command, ...args)
  } catch (error) {
    return String(error)
  }
  throw new Error(`${command} ${args.join(' ')} should have failed`)
}

export function install(project: string, ...specifiers: string[]): void {
  for (let tries = 1; ; tries++) {
    try {
      run(project, 'npm', 'install', ...QUIETLY, ...specifiers)
      return
    } catch (error) {
      if (tries === TRIES) throw error
      console.log(`npm install is tried again: ${String(error)}`)
    }
  }
}

/** Says what holds, or throws. */
export function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`not so: ${what}`)
  console.log(`ok  ${what}`)
}
