import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'

/** The id of a process that has ended. */
export async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid as number
}

export interface Worker {
  readonly process: ChildProcess
  /** The lines that it prints, one with each call. */
  line(): Promise<string>
  /** kill -9. */
  kill(): Promise<void>
}

const running = new Set<ChildProcess>()
/** A test that fails leaves no process behind. */
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/** Another process on the store in `path`: see worker.ts. */
export function startWorker(task: 'fill' | 'hang', path: string): Worker {
  const file = fileURLToPath(new URL('worker.ts', import.meta.url))
  const args = ['--conditions=@blockpool/source', file, task, path]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const exit = once(child, 'exit')
  const lines = (async function* () {
    let text = ''
    for await (const chunk of child.stdout) {
      text += chunk
      const parts = text.split('\n')
      text = parts.pop() ?? ''
      yield* parts
    }
  })()
  return {
    process: child,
    line: async () => (await lines.next()).value ?? 'nothing',
    kill: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}
