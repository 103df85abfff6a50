/** The process of one topic: its races one after the other, told to the parent. */
import { isWanted } from '../filter.ts'
import type { Race } from '../race.ts'
import { topics } from '../races/index.ts'
import { missingServers } from '../servers.ts'
import type { Outcome, Task } from './messages.ts'
import { runRace } from './race.ts'

// Without a parent nobody is told.
process.once('disconnect', () => process.exit())

const task = JSON.parse(process.argv[2] ?? '') as Task

const topic = topics.find(({ id }) => id === task.topic)

for (const race of topic?.races(task) ?? []) {
  if (!isWanted(race, task.words)) continue
  await tell({ kind: 'begun', race: race.id })
  await tell(await outcomeOf(race))
}
await topic?.close?.()
process.exit()

async function outcomeOf(race: Race): Promise<Outcome> {
  const missing = missingServers(race.needs ?? [])
  if (missing.length > 0) return { kind: 'left out', race: race.id, missing }
  try {
    return { kind: 'rows', race: race.id, rows: await runRace(task.topic, race, task) }
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'failed', race: race.id, reason }
  }
}

function tell(outcome: Outcome): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(outcome, (error: Error | null) => (error ? reject(error) : resolve()))
  })
}
