import { startWorker } from '../shared/worker.ts'

/** One run of a store in trouble, in a process of its own. */
export interface Scenario {
  readonly backend: 'fs' | 'sqlite'
  /** Where the store is; the folder exists. */
  readonly folder: string
  /** Puts, at the store alone and then through a pool. */
  readonly puts: number
  readonly inFlight: number
}

/** What came of it. */
export interface ScenarioResult {
  /** How often the store alone rejected, by code and, after a slash, `retryable` or `lasting`. */
  readonly rejections: Readonly<Record<string, number>>
  /** Rejections that were no typed errors. */
  readonly untyped: readonly string[]
  /** Puts that the store alone acknowledged, and how many of those were not there, whole, at the end. */
  readonly acknowledged: number
  readonly lost: number
  /** Blocks with other bytes than they should have, at any time. */
  readonly torn: number
  /** The store alone takes a small block again when the trouble is over. */
  readonly recovered: boolean
  /** The pool over the store and two good ones: puts and gets that failed. */
  readonly poolFailures: readonly string[]
}

/** Brings a running process into trouble; what it resolves to ends it. */
export type Trouble = (pid: number) => Promise<() => Promise<void>>

/** Runs the scenario; there is trouble from the moment when the stores are open until the work is done. */
export async function runScenario(scenario: Scenario, trouble: Trouble): Promise<ScenarioResult> {
  const lines: string[] = []
  let wake: () => void = () => {}
  const worker = startWorker({
    module: new URL('child.ts', import.meta.url),
    args: [JSON.stringify(scenario)],
    onLine: (line) => {
      lines.push(line)
      wake()
    },
  })
  const ended = worker.ended.then((code) => {
    if (lines.length === 0) throw new Error(`the process of the scenario ended too early, with ${code}`)
  })
  ended.catch(() => {})
  const line = async () => {
    if (lines.length === 0) {
      const said = new Promise<void>((resolve) => {
        wake = resolve
      })
      await Promise.race([said, ended])
    }
    return lines.shift() ?? ''
  }
  try {
    await line()
    const end = await trouble(worker.child.pid as number)
    try {
      worker.send('go')
      await line()
    } finally {
      await end()
    }
    worker.send('calm')
    return JSON.parse(await line())
  } finally {
    await worker.kill()
  }
}
