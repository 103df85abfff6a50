import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { succeeds } from './machine.ts'
import type { Trouble } from './scenario.ts'

const USUAL_DESCRIPTORS = 1_024

/** EMFILE: leaves the process so many descriptors beyond those that it has open. Linux, with `prlimit`. */
export function fewDescriptors(more: number): Trouble {
  return async (pid) => {
    const open = new Set(await readdir(`/proc/${pid}/fd`))
    // The limit is on the number of a new descriptor, and lower numbers may be free.
    let bound = 0
    for (let free = 0; open.has(String(bound)) || free++ < more; bound++);
    limit(pid, 'nofile', bound)
    return async () => limit(pid, 'nofile', USUAL_DESCRIPTORS)
  }
}

/** ENOSPC, as EFBIG: no file may grow over so many bytes. Linux, with `prlimit`. */
export function smallFiles(bytes: number): Trouble {
  return async (pid) => {
    limit(pid, 'fsize', bytes)
    return async () => limit(pid, 'fsize', 'unlimited')
  }
}

function limit(pid: number, what: 'nofile' | 'fsize', value: number | 'unlimited'): void {
  if (!succeeds('prlimit', '--pid', String(pid), `--${what}=${value}:`)) throw new Error('prlimit has failed')
}

/** EIO: these system calls of the process fail, one in every `stride`. Linux, with `strace`. */
export function failingCalls(calls: readonly string[], stride: number): Trouble {
  return async (pid) => {
    const names = calls.join(',')
    const filter = [`trace=${names}`, `inject=${names}:error=EIO:when=2+${stride}`]
    const args = ['-f', '-o', '/dev/null', ...filter.flatMap((text) => ['-e', text]), '-p', String(pid)]
    const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const exit = once(tracer, 'exit')
    const attached = once(createInterface({ input: tracer.stderr }), 'line')
    await Promise.race([attached, exit])
    if (tracer.exitCode !== null) throw new Error(`strace ended with ${tracer.exitCode}`)
    return async () => {
      tracer.kill('SIGINT')
      await exit
    }
  }
}
