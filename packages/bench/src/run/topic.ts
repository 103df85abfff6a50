import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Outcome, Task } from './messages.ts'

/** A growing store of 10^7 blocks and the peers' maps of strings need more than Node takes by itself. */
const HEAP_MIB = 8_192

/** Runs a topic in a process of its own, so that no topic runs on code and heap that another one has shaped. */
export async function runTopic(task: Task, onOutcome: (outcome: Outcome) => void): Promise<void> {
  const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], {
    execArgv: ['--conditions=@blockpool/source', `--max-old-space-size=${HEAP_MIB}`],
    serialization: 'advanced',
    // What is printed in there is no part of the answer.
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  let race = task.topic
  child.on('message', (outcome: Outcome) => {
    race = outcome.race
    onOutcome(outcome)
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ended) => resolve(ended))
  })
  if (code !== 0) onOutcome({ kind: 'failed', race, reason: `the process ended with ${signal ?? code}` })
}
