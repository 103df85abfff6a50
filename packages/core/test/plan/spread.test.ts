import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Placing, Spread } from '../../src/plan/spread.ts'

interface Place {
  readonly id: string
  readonly zone: string
}

/** 'a1 a2 b3': places named a1, a2 in zone a and b3 in zone b. */
function places(text: string): readonly Place[] {
  return text.split(' ').map((id) => ({ id, zone: id.slice(0, 1) }))
}

function placing(zones: readonly string[], fits: (place: Place) => boolean = () => true): Placing<Place> {
  return { holdsZone: (zone) => zones.includes(zone), fits }
}

/** The places taken for this many copies, one after the other. */
function taken(spread: Spread<Place>, copies: number): string {
  const zones: string[] = []
  const ids: string[] = []
  for (let i = 0; i < copies; i++) {
    const next = spread.next(placing(zones))
    if (!next) break
    zones.push(next.zone)
    ids.push(next.id)
  }
  return ids.join(' ')
}

describe('one tier', () => {
  test('copies go to distinct zones first, in the order of the strategy', () => {
    expect(taken(new Spread(places('a1 a2 b1 c1'), 3), 3)).toBe('a1 b1 c1')
  })

  test('with fewer zones than copies the order decides again', () => {
    expect(taken(new Spread(places('a1 a2 a3 b1'), 3), 3)).toBe('a1 b1 a2')
  })

  test('every place is handed out once', () => {
    expect(taken(new Spread(places('a1 a2 b1'), 2), 9)).toBe('a1 b1 a2')
  })

  test('a place that does not fit is passed by, and kept for later', () => {
    const spread = new Spread(places('a1 b1 c1'), 1)
    expect(spread.next(placing([], ({ id }) => id !== 'a1'))?.id).toBe('b1')
    expect(spread.next(placing(['b']))?.id).toBe('a1')
  })

  test('a replacement prefers a zone that holds no copy', () => {
    const spread = new Spread(places('a1 b1 b2 c1'), 2)
    expect(taken(spread, 2)).toBe('a1 b1')
    expect(spread.next(placing(['b']))?.id).toBe('c1')
  })
})

describe('tiers', () => {
  test('another zone does not tempt copies out of a tier that can hold them all', () => {
    const spread = new Spread(places('a1 a2 b1 c1'), 2, [0, 0, 1, 1])
    expect(taken(spread, 2)).toBe('a1 a2')
  })

  test('tiers are joined until they hold the copies, and zones are spread within them', () => {
    const spread = new Spread(places('a1 a2 a3 b1 c1'), 3, [0, 0, 1, 1, 2])
    expect(taken(spread, 3)).toBe('a1 b1 a2')
  })

  test('later tiers replace what fails in the first ones', () => {
    const spread = new Spread(places('a1 b1 c1'), 2, [0, 0, 1])
    expect(taken(spread, 2)).toBe('a1 b1')
    expect(spread.next(placing(['a']))?.id).toBe('c1')
    expect(spread.next(placing(['a']))).toBeUndefined()
  })

  test('a tier whose members stand apart in the order is one tier', () => {
    const spread = new Spread(places('a1 b1 c1'), 2, [0, 1, 0])
    expect(taken(spread, 2)).toBe('a1 c1')
  })
})

describe('whatever the order, the zones and the tiers', () => {
  const place = fc.record({ zone: fc.constantFrom('a', 'b', 'c', 'd'), tier: fc.integer({ min: 0, max: 2 }) })
  const ranking = fc.array(place, { minLength: 1, maxLength: 8 })

  test('each place is handed out once', () => {
    fc.assert(
      fc.property(ranking, fc.integer({ min: 1, max: 5 }), (drawn, copies) => {
        const ranked = drawn.map(({ zone }, i) => ({ id: `${zone}${i}`, zone }))
        const tiers = drawn.map(({ tier }) => tier)
        const all = taken(new Spread(ranked, copies, tiers), ranked.length + 1)
        expect(all.split(' ').sort()).toEqual(ranked.map(({ id }) => id).sort())
      }),
    )
  })

  test('within a tier a zone repeats only when every zone has a copy', () => {
    fc.assert(
      fc.property(ranking, (drawn) => {
        const ranked = drawn.map(({ zone }, i) => ({ id: `${zone}${i}`, zone }))
        const zones = new Set(ranked.map(({ zone }) => zone))
        const first = taken(new Spread(ranked, ranked.length), zones.size)
        expect(new Set(first.split(' ').map((id) => id.slice(0, 1))).size).toBe(zones.size)
      }),
    )
  })
})
