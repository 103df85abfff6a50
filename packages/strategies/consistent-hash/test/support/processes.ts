import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** The pool of one process. */
export interface PoolSetup {
  readonly folder: string
  /** Ids, each with a file in the folder. */
  readonly backends: readonly string[]
  /** Of these, those with writes off. */
  readonly readOnly: readonly string[]
  readonly copies: number
  readonly seed: number
}

/** Blocks by number, the last one not included. */
export interface Task {
  readonly verb: 'put' | 'get'
  readonly from: number
  readonly to: number
}

export interface Told {
  /** Blocks that `get` said to be absent. */
  readonly missed: number
  /** Calls of each backend, however they ended. */
  readonly asked: Readonly<Record<string, number>>
}

export interface PoolProcess {
  put(from: number, to: number): Promise<Told>
  get(from: number, to: number): Promise<Told>
}

const running = new Set<ChildProcess>()

/** Starts a Node process that has nothing but the files in common with others, and waits until its pool is open. */
export async function startPool(setup: PoolSetup): Promise<PoolProcess> {
  const child = fork(new URL('pool-process.ts', import.meta.url), [JSON.stringify(setup)], {
    execArgv: ['--conditions=@blockpool/source'],
    // The options of a test runner are not for it.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  running.add(child)
  await answer(child)
  const tell = async (task: Task): Promise<Told> => {
    child.send(task)
    return (await answer(child)) as Told
  }
  return {
    put: (from, to) => tell({ verb: 'put', from, to }),
    get: (from, to) => tell({ verb: 'get', from, to }),
  }
}

/** Ends all processes. */
export async function endPools(): Promise<void> {
  const children = [...running]
  running.clear()
  await Promise.all(
    children.map(async (child) => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }),
  )
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process has ended with ${code}`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message
}
