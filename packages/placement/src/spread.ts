import type { Layouts, Orders } from './layouts.ts'
import type { Site } from './sites.ts'
import { binomialDeviation, byChance, type Summary, summaryOf, unevenAtMost } from './statistics.ts'
import { targets } from './targets.ts'

/** How evenly copies are spread over backends that are to hold equally many. */
export interface SpreadRow {
  readonly layout: string
  readonly copies: number
  readonly group: string
  readonly backends: number
  /** Copies on a backend, of the blocks that were sampled. */
  readonly sampled: Summary
  /** The mean that it should be, and the standard deviation that chance alone gives. */
  readonly ideal: { readonly mean: number; readonly deviation: number }
  /** The chances of backends differ by so much of their mean at most (standard deviation; 97 of 100 sure). */
  readonly unevenAtMost: number
  /** Copies on a backend, of all blocks, by chance alone. */
  readonly all: Summary
}

export interface SpreadOptions {
  readonly layout: string
  readonly copies: number
  readonly order: keyof Layouts
  /** The zone of a backend; without it each is one. */
  readonly zoneOf?: (site: Site) => number
  readonly groupOf: (site: Site) => string
  /** The chance that a copy of a block is there. */
  readonly chanceOf: (site: Site) => number
}

/** Counts the copies on each backend. */
export class SpreadStudy {
  readonly #options: SpreadOptions
  readonly #sites: readonly Site[]
  readonly #copies: number[]

  constructor(options: SpreadOptions, layouts: Layouts) {
    this.#options = options
    this.#sites = layouts[options.order]
    this.#copies = this.#sites.map(() => 0)
  }

  see(orders: Orders): void {
    const { copies, order, zoneOf } = this.#options
    for (const { index } of targets(orders[order], copies, zoneOf)) {
      this.#copies[index] = (this.#copies[index] ?? 0) + 1
    }
  }

  rows(samples: number, blocks: number): SpreadRow[] {
    const groups = Map.groupBy(this.#sites, this.#options.groupOf)
    return [...groups].map(([group, members]) => this.#row(group, members, samples, blocks))
  }

  #row(group: string, members: readonly Site[], samples: number, blocks: number): SpreadRow {
    const { chanceOf, copies, layout } = this.#options
    const backends = members.length
    const chance = chanceOf(members[0] as Site)
    const sampled = summaryOf(members.map(({ index }) => this.#copies[index] ?? 0))
    const deviation = binomialDeviation(samples, chance)
    return {
      layout,
      copies,
      group,
      backends,
      sampled,
      ideal: { mean: samples * chance, deviation },
      unevenAtMost: unevenAtMost(backends, sampled, deviation),
      all: byChance(backends, blocks, chance),
    }
  }
}
