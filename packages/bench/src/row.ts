import type { Goal, Metric } from './race.ts'
import { median, quantile, spread } from './statistics.ts'

/** One comparison of `--json`: our figure beside that of one peer. Numbers are medians of the rounds. */
export interface Row {
  /** Race, metric and peer: 'memory/1KiB/x32/get/blockstore-core'. */
  readonly id: string
  readonly topic: string
  readonly title: string
  /** Name of the peer; null where our figure stands alone. */
  readonly against: string | null
  readonly ours: number
  readonly peer: number | null
  /** Ours divided by the peer's in each round: what slows the machine down for a while slows both. */
  readonly ratio: number | null
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Interquartile range as part of the median: of the ratio in each round, or of our figure where it stands alone. */
  readonly spread: number
  readonly rounds: number
  /** '≥ 3 ×', '≤ 8 ns', where one is set. */
  readonly goal: string | null
  /** What stands as the goal instead, where the limit misses it, too. */
  readonly reachable: string | null
  readonly met: boolean | null
  /** The goal is among the middle half of the rounds, or within a tenth of their median: another run may say otherwise. */
  readonly close: boolean | null
  readonly limit: ReachedLimit | null
}

export interface ReachedLimit {
  readonly by: string
  /** What the goal is about: a ratio, or a figure in `unit`. */
  readonly value: number
  readonly because: string
}

/** Figures of a contender, one a round; none of one that is not there. */
export type FiguresOf = (contender: string) => readonly number[]

export interface Subject {
  readonly topic: string
  readonly race: string
  readonly title: string
  readonly metric: string
  readonly shape: Metric
}

export interface Peer {
  readonly name: string
  readonly figures: readonly number[]
}

/** @param peer figures of the same rounds; undefined where ours stand alone. */
export function rowOf(
  { topic, race, title, metric, shape }: Subject,
  ours: readonly number[],
  peer?: Peer,
  figuresOf: FiguresOf = () => [],
): Row {
  const figure = median(ours)
  const ratios = peer && inEachRound(ours, peer.figures)
  const ratio = ratios ? median(ratios) : null
  const goal = shape.goals?.[peer?.name ?? 'none']
  const name = peer ? `/${slug(peer.name)}` : ''
  return {
    id: `${race}/${metric}${name}`,
    topic,
    title: `${title}, ${metric}`,
    against: peer?.name ?? null,
    ours: figure,
    peer: peer ? median(peer.figures) : null,
    ratio,
    unit: shape.unit,
    better: shape.better,
    spread: spread(ratios ?? ours),
    rounds: ours.length,
    ...verdictOf(
      goal,
      shape.unit,
      goal?.of === 'ours' ? ours : (ratios ?? []),
      limitOf(goal, peer, figuresOf),
    ),
  }
}

function inEachRound(these: readonly number[], others: readonly number[]): readonly number[] {
  return these.map((value, round) => value / (others[round] ?? Number.NaN))
}

function verdictOf(
  goal: Goal | undefined,
  unit: string,
  values: readonly number[],
  limit: ReachedLimit | null,
): Pick<Row, 'goal' | 'reachable' | 'met' | 'close' | 'limit'> {
  if (!goal || values.length === 0)
    return { goal: null, reachable: null, met: null, close: null, limit: null }
  const reachable = limit && !isMet(goal, limit.value) ? nearby(goal, limit.value) : undefined
  const stands = reachable ?? goal
  return {
    goal: inWords(goal, unit),
    reachable: reachable ? inWords(reachable, unit) : null,
    met: isMet(stands, median(values)),
    close: isClose(stands, values),
    limit,
  }
}

/** The bounds of the middle half, or a tenth more and less than the median, are on both sides of the goal. */
function isClose(goal: Goal, values: readonly number[]): boolean {
  const middle = median(values)
  const low = Math.min(quantile(values, 0.25), 0.9 * middle)
  const high = Math.max(quantile(values, 0.75), 1.1 * middle)
  return isMet(goal, low) !== isMet(goal, high)
}

function limitOf(goal: Goal | undefined, peer: Peer | undefined, figuresOf: FiguresOf): ReachedLimit | null {
  if (!goal?.limit) return null
  const { by, because } = goal.limit
  const figures = figuresOf(by)
  const value = median(goal.of === 'ours' || !peer ? figures : inEachRound(figures, peer.figures))
  return Number.isNaN(value) ? null : { by, value, because }
}

/** As good as the limit but for a tenth: what is left for doing more than it does. */
function nearby({ of = 'ratio', atLeast }: Goal, value: number): Goal {
  return atLeast === undefined ? { of, atMost: value / 0.9 } : { of, atLeast: value * 0.9 }
}

function isMet(goal: Goal, value: number): boolean {
  return goal.atLeast !== undefined ? value >= goal.atLeast : value <= goal.atMost
}

function inWords(goal: Goal, unit: string): string {
  const bound = goal.atLeast !== undefined ? `≥ ${short(goal.atLeast)}` : `≤ ${short(goal.atMost)}`
  return goal.of === 'ours' ? `${bound} ${unit}` : `${bound} ×`
}

function short(bound: number): string {
  return String(Number(bound.toPrecision(3)))
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9^]+/g, '-')
    .replace(/^-|-$/g, '')
}
