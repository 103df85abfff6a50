import { writes } from './blocks.ts'
import { type Layouts, layoutsOf, rankAll } from './layouts.ts'
import { type MovementOptions, type MovementRow, MovementStudy } from './movement.ts'
import type { Site } from './sites.ts'
import { type SpreadOptions, type SpreadRow, SpreadStudy } from './spread.ts'

export interface PlacementOptions {
  /** At least 20. */
  readonly backends: number
  /** Blocks that are spoken of. */
  readonly blocks: number
  /** Blocks that are looked at. */
  readonly samples: number
  /** Number of the first of them: another one for another sample. @default 0 */
  readonly from?: number | undefined
  readonly onBlock?: ((done: number) => void) | undefined
}

export interface PlacementReport {
  readonly backends: number
  readonly blocks: number
  readonly samples: number
  readonly spread: readonly SpreadRow[]
  readonly movement: readonly MovementRow[]
}

const ZONES = 10
/** Of 10 backends, how many are in each of three zones. */
const UNEVEN = [5, 3, 2]

/** Places a sample of blocks with the strategy that pools use, on backends that are nothing but names. */
export function placement({ backends, blocks, samples, from, onBlock }: PlacementOptions): PlacementReport {
  const layouts = layoutsOf(backends)
  const rank = rankAll(layouts)
  const spreads = spreadsOf(layouts).map((options) => new SpreadStudy(options, layouts))
  const movements = movementsOf(layouts).map((options) => new MovementStudy(options, layouts))
  for (const request of writes(samples, from)) {
    const orders = rank(request)
    for (const study of spreads) study.see(orders)
    for (const study of movements) study.see(orders)
    onBlock?.(request.turn + 1)
  }
  return {
    backends,
    blocks,
    samples,
    spread: spreads.flatMap((study) => study.rows(samples, blocks)),
    movement: movements.map((study) => study.row(samples, blocks)),
  }
}

function spreadsOf({ equal, weighted }: Layouts): SpreadOptions[] {
  const all = (): string => 'all'
  const byWeight = ({ weight }: Site): string => `weight ${weight}`
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0)
  const inZone = (zone: number): number => equal.filter((site) => unevenZoneOf(site) === zone).length
  const sizes = UNEVEN.map((_, zone) => inZone(zone))
  const copies = [1, 3]
  return [
    ...copies.map((n) => ({
      layout: 'equal weights',
      copies: n,
      order: 'equal' as const,
      groupOf: all,
      chanceOf: () => n / equal.length,
    })),
    ...copies.map((n) => ({
      layout: 'weights 1:2:4',
      copies: n,
      order: 'weighted' as const,
      groupOf: byWeight,
      chanceOf: ({ weight }: Site) => (n * weight) / weights,
    })),
    {
      layout: `${ZONES} equal zones`,
      copies: 3,
      order: 'equal',
      zoneOf: evenZoneOf,
      groupOf: all,
      chanceOf: () => 3 / equal.length,
    },
    {
      layout: '3 unequal zones',
      copies: 3,
      order: 'equal',
      zoneOf: unevenZoneOf,
      groupOf: (site) => `zone of ${sizes[unevenZoneOf(site)]}`,
      // Each zone holds a copy of every block.
      chanceOf: (site) => 1 / (sizes[unevenZoneOf(site)] ?? 1),
    },
  ]
}

function movementsOf({ equal, oneMore, tenthMore, oneLess }: Layouts): MovementOptions[] {
  const words = (to: readonly Site[]): string =>
    `${equal.length.toLocaleString('en')} → ${to.length.toLocaleString('en')}`
  const changes = [
    { change: words(oneMore), from: 'equal', to: 'oneMore' },
    { change: words(tenthMore), from: 'equal', to: 'tenthMore' },
    { change: words(oneLess), from: 'equal', to: 'oneLess' },
  ] as const
  const plain = [1, 3].flatMap((copies) => changes.map((change) => ({ ...change, copies })))
  const zoned = changes.map(({ change, ...rest }) => ({
    ...rest,
    change: `${change}, ${ZONES} zones`,
    copies: 3,
    zoneOf: evenZoneOf,
  }))
  return [...plain, ...zoned]
}

function evenZoneOf({ index }: Site): number {
  return index % ZONES
}

function unevenZoneOf({ index }: Site): number {
  const [first = 0, second = 0] = UNEVEN
  const at = index % 10
  return at < first ? 0 : at < first + second ? 1 : 2
}
