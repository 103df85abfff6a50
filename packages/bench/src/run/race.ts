import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Field, Figures, Race } from '../race.ts'
import { type Row, rowOf } from '../row.ts'

/** Runs the contenders in turns: a round that warms up, then as many as are asked for, then one row for each comparison. */
export async function runRace(race: Race, rounds: number): Promise<readonly Row[]> {
  const field = await race.start()
  try {
    return rowsOf(race, await runRounds(field, Math.min(rounds, race.maxRounds ?? rounds)))
  } finally {
    await field.close()
  }
}

async function runRounds(field: Field, rounds: number): Promise<ReadonlyMap<string, readonly Figures[]>> {
  const laps = Object.entries(field.contenders)
  const figures = new Map<string, Figures[]>(laps.map(([name]) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    // Whoever went first goes last in the next round.
    const order = round % 2 === 0 ? laps : laps.toReversed()
    for (const [name, lap] of order) {
      collectGarbage()
      const result = await lap()
      if (round > 0) figures.get(name)?.push(result)
    }
  }
  return figures
}

function rowsOf(race: Race, figures: ReadonlyMap<string, readonly Figures[]>): Row[] {
  const of = (name: string, metric: string): number[] =>
    (figures.get(name) ?? []).map((lap) => lap[metric] ?? Number.NaN)
  const peers = [...figures.keys()].filter((name) => name !== 'ours')
  return Object.entries(race.metrics).flatMap(([metric, shape]) => {
    const subject = { race: race.id, title: race.title, metric, shape }
    const rows = peers
      .map((name) => ({ name, figures: of(name, metric) }))
      .filter((peer) => !peer.figures.some(Number.isNaN))
      .map((peer) => rowOf(subject, of('ours', metric), peer))
    const stands = rows.length === 0 || shape.goals?.none !== undefined
    return stands ? [rowOf(subject, of('ours', metric)), ...rows] : rows
  })
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Garbage of one contender is not the next one's work. */
export function collectGarbage(): void {
  collect()
}
