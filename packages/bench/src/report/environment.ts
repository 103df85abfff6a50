import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Where and with what it was measured. */
export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  /** What holds the temporary files. */
  readonly disk: string
  readonly node: string
  readonly date: string
  /** Version by name of package. */
  readonly packages: Readonly<Record<string, string>>
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    disk: diskOf(tmpdir()),
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    packages: versions(),
  }
}

const MOUNTS = '/proc/mounts'
const JOURNALS = '/proc/fs/jbd2'

/** The file system under a path, and whether it is an ext4 without a journal: see the README. */
function diskOf(path: string): string {
  if (!existsSync(MOUNTS)) return 'an unknown file system'
  const mounts = readFileSync(MOUNTS, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at = '']) => at === '/' || path === at || path.startsWith(`${at}/`))
  const [device = '', , kind = ''] = mounts.sort(([, a = ''], [, b = '']) => b.length - a.length)[0] ?? []
  const journals = existsSync(JOURNALS) ? readdirSync(JOURNALS) : []
  const lacks = kind === 'ext4' && !journals.some((name) => name.startsWith(`${basename(device)}-`))
  return lacks ? 'ext4 without a journal' : kind
}

/** Of the peers: every dependency of this package that is not of this workspace. */
function versions(): Readonly<Record<string, string>> {
  const home = dirname(createRequire(import.meta.url).resolve('@blockpool/bench/package.json'))
  const { dependencies, devDependencies } = manifest(home)
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !/^(@blockpool|@types)\/|^blockpool$/.test(name),
  )
  return Object.fromEntries(
    names.sort().map((name) => [name, manifest(join(home, 'node_modules', name)).version]),
  )
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
