import { consistentHash } from '@blockpool/consistent-hash'
import type { RouteRequest } from '@blockpool/core'
import { type Site, sites } from './sites.ts'

/** Backends before and after a change, and with other weights. */
export interface Layouts {
  readonly equal: readonly Site[]
  readonly oneMore: readonly Site[]
  readonly tenthMore: readonly Site[]
  readonly oneLess: readonly Site[]
  /** A third of them with the weights 1, 2 and 4 each. */
  readonly weighted: readonly Site[]
}

export function layoutsOf(backends: number): Layouts {
  const gone = backends >> 1
  return {
    equal: sites(backends),
    oneMore: sites(backends + 1),
    tenthMore: sites(backends + Math.round(backends / 10)),
    oneLess: sites(backends).filter(({ index }) => index !== gone),
    weighted: sites(backends, (index) => 2 ** (index % 3)),
  }
}

/** Each layout in the order in which a block wants it. */
export type Orders = Layouts

/** Ranks all layouts by the strategy that pools use, with an instance of its own for each, as in a pool. */
export function rankAll(layouts: Layouts): (request: RouteRequest) => Orders {
  const ranks = Object.entries(layouts).map(([name, among]: [string, readonly Site[]]) => {
    const strategy = consistentHash()
    return (request: RouteRequest) => [name, strategy.rank(request, among)] as const
  })
  return (request) => Object.fromEntries(ranks.map((rank) => rank(request))) as unknown as Orders
}
