import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface DaemonOptions {
  /** The program; it stays in the foreground. */
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Asked again and again until it resolves to true. What it throws means not yet. */
  readonly isReady: () => Promise<boolean>
  /** @default 30_000 */
  readonly startTimeoutMs?: number | undefined
}

/** A server process of ours. */
export interface Daemon {
  readonly pid: number
  /** Asks it to end (SIGTERM), waits, and kills it if it does not. */
  stop(): Promise<void>
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
}

const POLL_MS = 20
const STOP_MS = 10_000
const OUTPUT_KEPT = 4_000
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server and waits until it is ready; what it printed stands in the error when it is not. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { command, args, cwd, env, isReady, startTimeoutMs = 30_000 } = options
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + String(chunk)).slice(-OUTPUT_KEPT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  let ended = false
  const end = new Promise<void>((resolve) => {
    const done = (): void => {
      ended = true
      running.delete(child)
      resolve()
    }
    child.once('exit', done)
    child.once('error', (error) => {
      output += String(error)
      done()
    })
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await end
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await end
    clearTimeout(timer)
  }
  const deadline = performance.now() + startTimeoutMs
  while (!(await isReady().catch(() => false))) {
    if (ended || performance.now() > deadline) {
      await kill()
      throw new Error(`${command} ${ended ? 'ended' : 'was not ready in time'}: ${output}`)
    }
    await sleep(POLL_MS)
  }
  return { pid: child.pid as number, stop, kill }
}
