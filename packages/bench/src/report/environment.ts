import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import { dirname, join } from 'node:path'

/** Where and with what it was measured. */
export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
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
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    packages: versions(),
  }
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
