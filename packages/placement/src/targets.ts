import type { Site } from './sites.ts'

/**
 * Where a pool puts the copies, given the strategy's order: the first ones, but one in each zone before a second one in any.
 * Without zones each backend is one.
 */
export function targets(
  order: readonly Site[],
  copies: number,
  zoneOf?: (site: Site) => number,
): readonly Site[] {
  if (!zoneOf) return order.slice(0, copies)
  const chosen: Site[] = []
  const zones: number[] = []
  while (chosen.length < Math.min(copies, order.length)) {
    const isFree = (site: Site): boolean => !chosen.includes(site)
    const next = order.find((site) => isFree(site) && !zones.includes(zoneOf(site))) ?? order.find(isFree)
    if (!next) break
    chosen.push(next)
    zones.push(zoneOf(next))
  }
  return chosen
}
