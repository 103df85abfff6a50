import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, install, root, run, tarball } from '../outside.ts'

/** What the README tells to install. */
const OURS = ['@blockpool/core', '@blockpool/fs', '@blockpool/size-based', '@blockpool/sqlite']
/** What other packages of ours bring, and these must not. */
const NOT_NAMED = /^(ioredis|@aws-sdk.*|@smithy.*|undici|commander|semver|interface-blockstore)$/

/**
 * The first program of the README, installed as the README says, from the packed packages. Runs it on each Node (paths of
 * programs), and sees that nothing was installed that was not named.
 */
export function quickStart(project: string, installer: 'npm' | 'pnpm', nodes: readonly string[]): void {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const line = /^npm install (?<packages>@blockpool\/core .*)$/m.exec(readme)?.groups?.packages ?? ''
  const program = /^```ts\n(?<code>[\s\S]*?)^```/m.exec(readme)?.groups?.code ?? ''
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(project, 'main.js'), program)

  const named = line.split(' ').map((name) => (name.startsWith('@blockpool/') ? tarball(name) : name))
  if (installer === 'npm') install(project, ...named)
  else run(project, join(root, 'node_modules', '.bin', 'pnpm'), 'add', '--silent', ...named)

  const installed = packagesIn(project, installer)
  const ours = installed.filter((name) => name.startsWith('@blockpool/'))
  expect(
    `${installer} installs the packages that are named, and none beside`,
    ours.sort().join() === OURS.join(),
  )
  expect(`${installer} installs the driver of sqlite`, installed.includes('better-sqlite3'))
  const strays = installed.filter((name) => NOT_NAMED.test(name))
  expect(`${installer} installs no other driver${strays.join()}`, strays.length === 0)

  for (const node of nodes) {
    const output = run(project, node, 'main.js')
    expect(
      `${installer}: the quick start runs on Node ${run(project, node, '--version').trim()}`,
      /hot/.test(output),
    )
  }
}

/** Names of all packages that the installer has put there, whoever asked for them. */
function packagesIn(project: string, installer: 'npm' | 'pnpm'): string[] {
  const modules = join(project, 'node_modules')
  const homes =
    installer === 'npm'
      ? [modules]
      : readdirSync(join(modules, '.pnpm')).map((name) => join(modules, '.pnpm', name, 'node_modules'))
  return [...new Set(homes.flatMap(namesIn))]
}

function namesIn(folder: string): string[] {
  if (basename(folder) !== 'node_modules') return []
  try {
    return readdirSync(folder).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    )
  } catch {
    return []
  }
}
