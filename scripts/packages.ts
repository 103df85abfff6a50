/**
 * Packs every package that is published and checks the tarballs: publint and "are the types wrong" find nothing, and
 * only `dist`, `src`, templates and the documents are in them. Leaves the tarballs in node_modules/.cache/tarballs.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const root = join(import.meta.dirname, '..')
const tarballs = join(root, 'node_modules', '.cache', 'tarballs')
const ALLOWED =
  /^package\/(dist\/|src\/|template\/|package\.json$|README\.md$|LICENSE|[a-z.-]+\.schema\.json$)/

rmSync(tarballs, { recursive: true, force: true })
mkdirSync(tarballs, { recursive: true })
const published = globSync('packages/**/package.json', { cwd: root, exclude: ['**/node_modules/**'] })
  .map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')))
  .filter((manifest) => !manifest.private)
const filters = published.flatMap(({ name }) => ['--filter', name])
execFileSync('pnpm', ['--recursive', ...filters, 'pack', '--pack-destination', tarballs], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
})

const problems: string[] = []
for (const file of readdirSync(tarballs).sort()) {
  const path = join(tarballs, file)
  const strays = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((name) => !ALLOWED.test(name) || name.endsWith('.tsbuildinfo'))
  for (const name of strays) problems.push(`${file}: ${name} does not belong there`)
  for (const problem of await lint(path)) problems.push(`${file}: ${problem}`)
  const types = spawnSync('attw', [path, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'], {
    encoding: 'utf8',
  })
  if (types.status !== 0) problems.push(`${file}: ${types.stdout}${types.stderr}`)
}

for (const problem of problems) console.error(problem)
console.log(`${readdirSync(tarballs).length} packages, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)

async function lint(path: string): Promise<string[]> {
  const tarball = new Uint8Array(readFileSync(path)).buffer
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}
