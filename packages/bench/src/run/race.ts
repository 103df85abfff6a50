import { collectGarbage } from '../garbage.ts'
import type { Field, Figures, Race, Scale } from '../race.ts'
import { type Row, rowOf } from '../row.ts'

export interface RunOptions extends Scale {
  readonly rounds: number
}

/** A race that is close goes on for so many times its rounds. */
const MOST = 5

type Laps = ReadonlyMap<string, Figures[]>

/**
 * Warms the contenders up, then runs them in turns: rounds that count, then one row for each comparison. While a goal is
 * close, met or not, there are more rounds.
 */
export async function runRace(
  topic: string,
  race: Race,
  { rounds, quick }: RunOptions,
): Promise<readonly Row[]> {
  const field = await race.start()
  try {
    const { warmUpMs = 1_500 } = race
    if (warmUpMs > 0) await warmUp(field, quick ? 0 : warmUpMs)
    const least = Math.min(rounds, race.maxRounds ?? rounds)
    const most = quick ? least : MOST * least
    const laps = new Map<string, Figures[]>(Object.keys(field.contenders).map((name) => [name, []]))
    let rows: readonly Row[] = []
    for (let round = 0; round < least || (round < most && rows.some(({ close }) => close)); round++) {
      await runRound(race, field, round, laps)
      if (round + 1 >= least) rows = rowsOf(topic, race, laps)
    }
    return rows
  } finally {
    await field.close()
  }
}

/** In turns, too: what two contenders share is compiled for both. Each has its time, however long the others take. */
async function warmUp({ contenders }: Field, leastMs: number): Promise<void> {
  collectGarbage('major')
  let cold = Object.values(contenders).map((lap) => ({ lap, ms: 0 }))
  do {
    for (const contender of cold) {
      const began = performance.now()
      await contender.lap()
      contender.ms += performance.now() - began
    }
    cold = cold.filter(({ ms }) => ms < leastMs)
  } while (cold.length > 0)
}

async function runRound(
  { collection = 'minor' }: Race,
  { contenders }: Field,
  round: number,
  laps: Laps,
): Promise<void> {
  const inOrder = Object.entries(contenders)
  // Whoever went first goes last in the next round.
  for (const [name, lap] of round % 2 === 0 ? inOrder : inOrder.toReversed()) {
    collectGarbage(collection)
    laps.get(name)?.push(await lap())
  }
}

function rowsOf(topic: string, race: Race, laps: Laps): readonly Row[] {
  const of = (name: string, metric: string): number[] =>
    (laps.get(name) ?? []).map((lap) => lap[metric] ?? Number.NaN)
  const peers = [...laps.keys()].filter((name) => name !== 'ours')
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
