import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether every program is on the PATH. */
export function isInstalled(...programs: readonly string[]): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return programs.every((program) => folders.some((folder) => isExecutable(join(folder, program))))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A server that tests need. */
export interface Needed {
  /** For people: 'Redis', 'Ceph RGW'. */
  readonly name: string
  /** How to get it: 'apt-get install redis-server'. */
  readonly from: string
  readonly isThere: boolean
}

/**
 * Whether the tests of a server can run. One that is missing is told loudly; with `CI=true` it is an error, so that no
 * suite vanishes unseen.
 */
export function needed({ name, from, isThere }: Needed): boolean {
  if (isThere) return true
  const message = `NOT RUN: ${name} is not there, and its tests are left out. To run them: ${from}`
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(message)
  return false
}
