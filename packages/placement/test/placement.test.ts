import { consistentHash } from '@blockpool/consistent-hash'
import { createPool, memory } from '@blockpool/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { writes } from '../src/blocks.ts'
import { type PlacementReport, placement, sites, targets } from '../src/index.ts'
import { inWords } from '../src/report.ts'

const SAMPLES = 20_000
/** Standard deviations that chance may be off by: once in more than a million times. */
const SIGMAS = 5

let report: PlacementReport

beforeAll(() => {
  report = placement({ backends: 60, blocks: 1e9, samples: SAMPLES })
})

describe('copies', () => {
  test('are spread over the backends as evenly as chance has them', () => {
    // With three copies a heavy backend gets less than its weight asks for, since it holds none twice.
    for (const row of report.spread.filter(
      ({ layout, copies }) => layout !== 'weights 1:2:4' || copies === 1,
    )) {
      const { sampled, ideal, backends, group, layout } = row
      const name = `${layout}, ${group}`
      expect(sampled.min, name).toBeGreaterThan(ideal.mean - SIGMAS * ideal.deviation)
      expect(sampled.max, name).toBeLessThan(ideal.mean + SIGMAS * ideal.deviation)
      const error = SIGMAS * Math.sqrt(1 / (2 * (backends - 1)))
      expect(sampled.deviation / ideal.deviation, name).toBeLessThan(1 + error)
      expect(sampled.deviation / ideal.deviation, name).toBeGreaterThan(1 - error)
    }
  })

  test('move as little as can be when backends come or go, with zones too', () => {
    expect(report.movement.length).toBe(9)
    for (const { change, moved, least, error, needless } of report.movement) {
      expect(needless, change).toBe(0)
      expect(Math.abs(moved - least), change).toBeLessThan(SIGMAS * error)
    }
  })

  test('are all counted', () => {
    for (const layout of new Set(report.spread.map(({ layout }) => layout))) {
      for (const copies of [1, 3]) {
        const rows = report.spread.filter((row) => row.layout === layout && row.copies === copies)
        const counted = rows.reduce((sum, { sampled, backends }) => sum + sampled.mean * backends, 0)
        if (rows.length > 0) expect(counted, layout).toBeCloseTo(SAMPLES * copies, 3)
      }
    }
  })

  test('go where a pool puts them', async () => {
    const zoneOf = ({ index }: { readonly index: number }): number => index % 4
    const some = sites(24, (index) => 1 + (index % 3))
    const backends = Object.fromEntries(
      some.map((site) => [site.id, { backend: memory(), weight: site.weight, zone: `zone ${zoneOf(site)}` }]),
    )
    await using pool = await createPool({ strategy: consistentHash(), copies: 5, backends })
    const strategy = consistentHash()
    for (const request of writes(200)) {
      const placed = targets(strategy.rank(request, some), 5, zoneOf).map(({ id }) => id)
      const planned = pool.explain({ op: 'write', cid: request.cid, size: 1 }).filter(({ target }) => target)
      expect(placed.toSorted()).toEqual(planned.map(({ backend }) => backend).toSorted())
    }
  })
})

test('the report has a line for each row', () => {
  const lines = inWords(report).split('\n')
  for (const { change } of report.movement) expect(lines.some((line) => line.startsWith(change))).toBe(true)
  for (const { layout, group } of report.spread)
    expect(lines.some((line) => line.startsWith(layout) && line.includes(group))).toBe(true)
})
