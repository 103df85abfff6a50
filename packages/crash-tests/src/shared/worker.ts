import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A Node process of ours that speaks in lines. */
export interface Worker {
  readonly child: ChildProcess
  send(line: string): void
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
  /** Resolves with the exit code once it has ended and every line was handled; null after a signal. */
  readonly ended: Promise<number | null>
}

export interface WorkerOptions {
  /** The module that it runs. */
  readonly module: URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function startWorker({ module, args = [], env = {}, onLine }: WorkerOptions): Worker {
  const words = ['--conditions=@blockpool/source', module.pathname, ...args]
  const child = spawn(process.execPath, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // The options of a test runner are not for it.
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  running.add(child)
  // Whoever writes to a process that has just been killed learns it from its end.
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })
  lines.on('line', onLine)
  const closed = new Promise<void>((resolve) => lines.once('close', resolve))
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  const ended = exited.then((code) => closed.then(() => code))
  return {
    child,
    send: (line) => child.stdin.write(`${line}\n`),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}
