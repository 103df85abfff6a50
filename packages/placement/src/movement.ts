import type { Layouts, Orders } from './layouts.ts'
import type { Site } from './sites.ts'
import { binomialDeviation } from './statistics.ts'
import { targets } from './targets.ts'

/** How many copies stand elsewhere after backends came or went. */
export interface MovementRow {
  readonly change: string
  readonly copies: number
  /** Copies that moved, as part of all copies of the blocks that were sampled. */
  readonly moved: number
  /** The least part that can move: the share of those that came or went. */
  readonly least: number
  /** Standard error of `moved`, because only a sample was looked at. */
  readonly error: number
  /** Copies in the sample that moved between backends that neither came nor went. */
  readonly needless: number
  /** Copies that move of all blocks, estimated from the least part. */
  readonly all: number
}

export interface MovementOptions {
  readonly change: string
  readonly copies: number
  readonly from: keyof Layouts
  readonly to: keyof Layouts
  readonly zoneOf?: (site: Site) => number
}

/** Counts the copies that are in other places after a change. */
export class MovementStudy {
  readonly #options: MovementOptions
  readonly #least: number
  readonly #from: ReadonlySet<number>
  readonly #to: ReadonlySet<number>
  #moved = 0
  #needless = 0

  constructor(options: MovementOptions, layouts: Layouts) {
    this.#options = options
    this.#from = indexes(layouts[options.from])
    this.#to = indexes(layouts[options.to])
    const most = Math.max(this.#from.size, this.#to.size)
    this.#least = Math.abs(this.#to.size - this.#from.size) / most
  }

  see(orders: Orders): void {
    const { copies, from, to, zoneOf } = this.#options
    const before = indexes(targets(orders[from], copies, zoneOf))
    const after = indexes(targets(orders[to], copies, zoneOf))
    const came = [...after].filter((index) => !before.has(index))
    const left = [...before].filter((index) => !after.has(index))
    this.#moved += came.length
    // A copy has to move when its backend is gone, or when one that is new wants it.
    const must =
      left.filter((index) => !this.#to.has(index)).length +
      came.filter((index) => !this.#from.has(index)).length
    this.#needless += Math.max(0, came.length - must)
  }

  row(samples: number, blocks: number): MovementRow {
    const { change, copies } = this.#options
    const all = samples * copies
    return {
      change,
      copies,
      moved: this.#moved / all,
      least: this.#least,
      error: binomialDeviation(all, this.#least) / all,
      needless: this.#needless,
      all: blocks * copies * this.#least,
    }
  }
}

function indexes(sites: readonly Site[]): ReadonlySet<number> {
  return new Set(sites.map(({ index }) => index))
}
