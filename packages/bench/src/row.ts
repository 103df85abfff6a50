import type { Goal, Metric } from './race.ts'
import { median, spread } from './statistics.ts'

/** One comparison of `--json`: our figure beside that of one peer. Numbers are medians over the rounds. */
export interface Row {
  /** Race, metric and peer: 'memory/1KiB/x32/get/blockstore-core'. */
  readonly id: string
  readonly topic: string
  readonly title: string
  /** Name of the peer; null where our figure stands alone. */
  readonly against: string | null
  readonly ours: number
  readonly peer: number | null
  /** Ours divided by the peer's. */
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
  readonly limit: ReachedLimit | null
}

export interface ReachedLimit {
  readonly by: string
  /** What the goal is about: a ratio, or a figure in `unit`. */
  readonly value: number
  readonly because: string
}

/** Medians of all contenders, by name. */
export type Medians = (contender: string) => number

export interface Subject {
  readonly topic: string
  readonly race: string
  readonly title: string
  readonly metric: string
  readonly shape: Metric
}

/** @param peer figures of the same rounds; undefined where ours stand alone. */
export function rowOf(
  { topic, race, title, metric, shape }: Subject,
  ours: readonly number[],
  peer?: { readonly name: string; readonly figures: readonly number[] },
  medians: Medians = () => Number.NaN,
): Row {
  const figure = median(ours)
  const other = peer ? median(peer.figures) : null
  const ratio = other === null ? null : figure / other
  const goal = shape.goals?.[peer?.name ?? 'none']
  const name = peer ? `/${slug(peer.name)}` : ''
  return {
    id: `${race}/${metric}${name}`,
    topic,
    title: `${title}, ${metric}`,
    against: peer?.name ?? null,
    ours: figure,
    peer: other,
    ratio,
    unit: shape.unit,
    better: shape.better,
    spread: spread(peer ? ours.map((value, i) => value / (peer.figures[i] ?? Number.NaN)) : ours),
    rounds: ours.length,
    ...verdictOf(goal, shape.unit, goal?.of === 'ours' ? figure : ratio, limitOf(goal, peer?.name, medians)),
  }
}

function verdictOf(
  goal: Goal | undefined,
  unit: string,
  value: number | null,
  limit: ReachedLimit | null,
): Pick<Row, 'goal' | 'reachable' | 'met' | 'limit'> {
  if (!goal || value === null) return { goal: null, reachable: null, met: null, limit: null }
  const reachable = limit && !isMet(goal, limit.value) ? nearby(goal, limit.value) : undefined
  return {
    goal: inWords(goal, unit),
    reachable: reachable ? inWords(reachable, unit) : null,
    met: isMet(reachable ?? goal, value),
    limit,
  }
}

function limitOf(goal: Goal | undefined, peer: string | undefined, medians: Medians): ReachedLimit | null {
  if (!goal?.limit) return null
  const { by, because } = goal.limit
  const value = goal.of === 'ours' || peer === undefined ? medians(by) : medians(by) / medians(peer)
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
