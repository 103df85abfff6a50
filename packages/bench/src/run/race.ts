import { collectGarbage } from '../garbage.ts'
import type { Field, Figures, Race, Scale } from '../race.ts'
import { type Row, rowOf } from '../row.ts'
import { median } from '../statistics.ts'

/** Rounds that warm up go on for so long, where rounds are short: code is compiled for good by then. */
const WARM_UP_MS = 400

export interface RunOptions extends Scale {
  readonly rounds: number
}

/** Runs the contenders in turns: rounds that warm up, then those that count, then one row for each comparison. */
export async function runRace(
  topic: string,
  race: Race,
  { rounds, quick }: RunOptions,
): Promise<readonly Row[]> {
  const field = await race.start()
  try {
    if (race.warmsUp !== false) await warmUp(field, quick ? 0 : WARM_UP_MS)
    return rowsOf(topic, race, await runRounds(race, field, Math.min(rounds, race.maxRounds ?? rounds)))
  } finally {
    await field.close()
  }
}

async function warmUp({ contenders }: Field, least: number): Promise<void> {
  collectGarbage('major')
  const began = performance.now()
  do {
    for (const lap of Object.values(contenders)) await lap()
  } while (performance.now() - began < least)
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
    const medians = (name: string): number => median(of(name, metric))
    const rows = peers
      .map((name) => ({ name, figures: of(name, metric) }))
      .filter((peer) => !peer.figures.some(Number.isNaN))
      .map((peer) => rowOf(subject, of('ours', metric), peer, medians))
    const stands = rows.length === 0 || shape.goals?.none !== undefined
    return stands ? [rowOf(subject, of('ours', metric), undefined, medians), ...rows] : rows
  })
}
