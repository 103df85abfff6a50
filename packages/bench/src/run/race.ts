import { collectGarbage } from '../garbage.ts'
import type { Field, Figures, Race, Scale } from '../race.ts'
import { type Row, rowOf } from '../row.ts'

export interface RunOptions extends Scale {
  readonly rounds: number
}

/** Warms the contenders up, then runs them in turns: rounds that count, then one row for each comparison. */
export async function runRace(
  topic: string,
  race: Race,
  { rounds, quick }: RunOptions,
): Promise<readonly Row[]> {
  const field = await race.start()
  try {
    const { warmUpMs = 400 } = race
    if (warmUpMs > 0) await warmUp(field, quick ? 0 : warmUpMs)
    return rowsOf(topic, race, await runRounds(race, field, Math.min(rounds, race.maxRounds ?? rounds)))
  } finally {
    await field.close()
  }
}

/** In turns, too: what two contenders share is compiled for both. */
async function warmUp({ contenders }: Field, leastMs: number): Promise<void> {
  collectGarbage('major')
  const laps = Object.values(contenders)
  const began = performance.now()
  do {
    for (const lap of laps) await lap()
  } while (performance.now() - began < leastMs * laps.length)
}

async function runRounds(
  { collection = 'minor' }: Race,
  { contenders }: Field,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Figures[]>> {
  const laps = Object.entries(contenders)
  const figures = new Map<string, Figures[]>(laps.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    // Whoever went first goes last in the next round.
    const order = round % 2 === 0 ? laps : laps.toReversed()
    for (const [name, lap] of order) {
      collectGarbage(collection)
      figures.get(name)?.push(await lap())
    }
  }
  return figures
}

function rowsOf(topic: string, race: Race, figures: ReadonlyMap<string, readonly Figures[]>): Row[] {
  const of = (name: string, metric: string): number[] =>
    (figures.get(name) ?? []).map((lap) => lap[metric] ?? Number.NaN)
  const peers = [...figures.keys()].filter((name) => name !== 'ours')
  return Object.entries(race.metrics).flatMap(([metric, shape]) => {
    const subject = { topic, race: race.id, title: race.title, metric, shape }
    const figuresOf = (name: string): readonly number[] => of(name, metric)
    const rows = peers
      .map((name) => ({ name, figures: figuresOf(name) }))
      .filter((peer) => !peer.figures.some(Number.isNaN))
      .map((peer) => rowOf(subject, figuresOf('ours'), peer, figuresOf))
    const stands = rows.length === 0 || shape.goals?.none !== undefined
    return stands ? [rowOf(subject, figuresOf('ours'), undefined, figuresOf), ...rows] : rows
  })
}
