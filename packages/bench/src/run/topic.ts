import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome, Task } from './messages.ts'

/** A growing store of 10^7 blocks and the peers' maps of strings need more than Node takes by itself. */
const HEAP_MIB = 8_192

/**
 * Runs a topic in a process of its own, so that no topic runs on code and heap that another one has shaped. What it leaves in
 * the folder for temporary files is removed, however it ends.
 */
export async function runTopic(task: Task, onOutcome: (outcome: Outcome) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blockpool-bench-'))
  const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], {
    execArgv: ['--conditions=@blockpool/source', `--max-old-space-size=${HEAP_MIB}`],
    env: { ...process.env, TMPDIR: folder },
    serialization: 'advanced',
    // What is printed in there is no part of the answer.
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const interrupt = (): void => void child.kill('SIGINT')
  process.once('SIGINT', interrupt)
  try {
    await outcomesOf(child, task.topic, onOutcome)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    process.off('SIGINT', interrupt)
  }
}

async function outcomesOf(
  child: ChildProcess,
  topic: string,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  let race = topic
  child.on('message', (outcome: Outcome) => {
    race = outcome.race
    tell(outcome)
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ended) => resolve(ended))
  })
  if (signal === 'SIGINT') throw new Error('interrupted')
  if (code !== 0) tell({ kind: 'failed', race, reason: `the process ended with ${signal ?? code}` })
}
