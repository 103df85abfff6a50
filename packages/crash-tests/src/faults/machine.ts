import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'

/** Runs a program to its end; false when it is not there or fails. */
export function succeeds(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}

/** Why this machine cannot produce a fault; undefined when it can. */
export type Obstacle = string | undefined

export function whyNoLimits(): Obstacle {
  return succeeds('prlimit', '--nofile=64', 'true') ? undefined : 'prlimit cannot set limits here'
}

/** Asks for a trial: a container may have strace and not the right to trace. */
export function whyNoInjection(): Obstacle {
  const args = ['-f', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true']
  return succeeds('strace', ...args) ? undefined : 'strace cannot inject errors here'
}

/** Needs the right to mount. */
export async function whyNoSmallDevice(folder: string): Promise<Obstacle> {
  const mounted = await withSmallDevice(folder, 1, async () => true).catch(() => false)
  return mounted ? undefined : 'a tmpfs cannot be mounted here'
}

/**
 * Runs the task with a device of so many MiB mounted in the folder, and unmounts it in any case. `enlarge` makes
 * it larger.
 */
export async function withSmallDevice<T>(
  folder: string,
  sizeMiB: number,
  task: (path: string, enlarge: (sizeMiB: number) => void) => Promise<T>,
): Promise<T> {
  const path = `${folder}/small-device`
  await mkdir(path, { recursive: true })
  if (!succeeds('mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', path)) {
    throw new Error(`cannot mount a tmpfs at ${path}`)
  }
  try {
    return await task(path, (size) => {
      if (!succeeds('mount', '-o', `remount,size=${size}m`, path)) throw new Error(`cannot enlarge ${path}`)
    })
  } finally {
    if (!succeeds('umount', path)) succeeds('umount', '-l', path)
  }
}
