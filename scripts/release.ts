/**
 * Publishes every package whose version the registry does not have. Runs in the release workflow, which gives provenance;
 * see docs/releasing.md. With `--dry-run`: takes the changesets in a copy of the tree, packs what would come of them, checks
 * the tarballs, and publishes nothing.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly publishConfig?: { readonly access?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function run(tree: string, command: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' }
  return execFileSync(command, args, {
    cwd: tree,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  })
}

/** Folders of the packages that are published, relative to the tree. */
function published(tree: string): string[] {
  return globSync('packages/**/package.json', { cwd: tree, exclude: ['**/node_modules/**'] })
    .map(dirname)
    .filter((folder) => !manifestIn(join(tree, folder)).private)
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Provenance names the repository that built a package, and the registry wants the manifest to name the same one. */
function nameRepository(tree: string, url: string): void {
  for (const directory of published(tree)) {
    const repository = { type: 'git', url: `git+${url}.git`, directory }
    const manifest = { ...manifestIn(join(tree, directory)), repository }
    writeFileSync(join(tree, directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  }
}

/** A repository of its own that holds the tree as it is, with what was built and installed. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'blockpool-release-'))
  const built = globSync('packages/**/dist', { cwd: root, exclude: ['**/node_modules/**'] })
  const listed = run(root, 'git', 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate')
  const files = listed
    .trim()
    .split('\n')
    .filter((path) => existsSync(join(root, path)))
  for (const path of [...files, ...built]) {
    cpSync(join(root, path), join(copy, path), { recursive: true, force: true })
  }
  run(copy, 'git', 'init', '--quiet', '--initial-branch=main')
  run(copy, 'git', 'add', '--all')
  run(
    copy,
    'git',
    '-c',
    'user.name=dry run',
    '-c',
    'user.email=dry-run@localhost',
    'commit',
    '--quiet',
    '-m',
    'tree',
  )
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** What is wrong with a tarball that users would install. */
function problemsOf(tarball: string, versions: ReadonlyMap<string, string>): string[] {
  const manifest = JSON.parse(
    run(dirname(tarball), 'tar', '-xzOf', tarball, 'package/package.json'),
  ) as Manifest
  const { name, version, dependencies, peerDependencies, publishConfig } = manifest
  const ranges = Object.entries({ ...dependencies, ...peerDependencies })
  return [
    ...ranges
      .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
      .map(([of]) => `${of} has no range`),
    ...ranges
      .filter(([of, range]) => versions.has(of) && range !== `^${versions.get(of)}`)
      .map(([of, range]) => `${of} ${range} is not the version that is released beside it`),
    ...(version === '0.0.0' ? ['it has no changeset, so no version'] : []),
    ...(publishConfig?.access === 'public' ? [] : ['publishConfig.access is not public']),
  ].map((problem) => `${name}: ${problem}`)
}

function dryRun(): void {
  const copy = copyOfTree()
  const packed = join(copy, 'packed')
  try {
    run(copy, 'changeset', 'version')
    nameRepository(copy, repositoryUrl() ?? 'https://localhost/dry/run')
    const manifests = published(copy).map((folder) => manifestIn(join(copy, folder)))
    mkdirSync(packed)
    const filters = manifests.flatMap(({ name }) => ['--filter', name])
    run(copy, 'pnpm', '--recursive', ...filters, 'pack', '--pack-destination', packed)

    const versions = new Map(manifests.map(({ name, version }) => [name, version]))
    const tarballs = readdirSync(packed).map((file) => join(packed, file))
    const problems = tarballs.flatMap((tarball) => problemsOf(tarball, versions))
    for (const [name, version] of versions) console.log(`${name} ${version}`)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0 || tarballs.length !== manifests.length) process.exitCode = 1
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** URL of the repository whose workflow this is; undefined elsewhere. */
function repositoryUrl(): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : undefined
}

function release(): void {
  const url = repositoryUrl()
  if (url === undefined) {
    console.error(
      'Releases are published by the release workflow, which gives provenance: docs/releasing.md.',
    )
    console.error('To see what one would publish: pnpm release --dry-run')
    process.exitCode = 2
    return
  }
  nameRepository(root, url)
  console.log(run(root, 'changeset', 'publish'))
}

if (values['dry-run']) dryRun()
else release()
