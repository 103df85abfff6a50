import { byPriority, type Candidate, type Rank, type Strategy } from '@blockpool/core'

/** A strategy with one planted bug, and the law that has to find it. */
export interface BrokenStrategy {
  readonly caughtBy: string
  readonly bug: string
  readonly create: () => Strategy
}

function broken(caughtBy: string, bug: string, change: () => Partial<Strategy>): BrokenStrategy {
  return { caughtBy, bug, create: () => ({ ...byPriority(), ...change() }) }
}

/** Says only in what order the candidates come. */
function ordering(
  rank: (...input: Parameters<Rank>) => readonly Candidate[],
  stable = false,
): Partial<Strategy> {
  return { stable, rank: rank as Rank }
}

export const brokenStrategies: readonly BrokenStrategy[] = [
  broken('rank/no-candidates', 'there is always a first candidate', () =>
    ordering((_request, [first, ...rest]) => {
      if (!first) throw new RangeError('no backends')
      return [first, ...rest]
    }),
  ),
  broken('rank/one-candidate', 'the second choice of one is the first again', () =>
    ordering((_request, candidates) =>
      candidates.length === 1 ? [...candidates, ...candidates] : candidates,
    ),
  ),
  broken('rank/subset', 'copies of the candidates are returned', () =>
    ordering((_request, candidates) => candidates.map((candidate) => ({ ...candidate }))),
  ),
  broken('rank/subset', 'a candidate of an earlier call is returned', () => {
    let last: Candidate | undefined
    return ordering((_request, candidates) => {
      const order = last ? [...candidates, last] : candidates
      last = candidates[0]
      return order
    })
  }),
  broken('rank/no-repeats', 'the first candidate comes last as well', () =>
    ordering((_request, candidates) => [...candidates, ...candidates.slice(0, 1)]),
  ),
  broken('rank/deterministic', 'a counter of its own turns the order', () => {
    let turn = 0
    return ordering((_request, candidates) => rotated(candidates, turn++))
  }),
  broken('rank/deterministic', 'the order sticks to what was seen first', () => {
    const seen: string[] = []
    return ordering((_request, candidates) => {
      for (const { id } of candidates) if (!seen.includes(id)) seen.push(id)
      return candidates.toSorted((a, b) => seen.indexOf(a.id) - seen.indexOf(b.id))
    })
  }),
  broken('rank/input-untouched', 'the array is sorted in place', () =>
    ordering((_request, candidates) => (candidates as Candidate[]).sort((a, b) => a.usedBytes - b.usedBytes)),
  ),
  broken('rank/input-untouched', 'a score is written onto the candidates', () =>
    ordering((_request, candidates) => {
      for (const candidate of candidates) Object.assign(candidate, { score: 1 })
      return candidates
    }),
  ),
  broken('rank/no-clock-no-randomness', 'ties are drawn with Math.random', () =>
    ordering((_request, candidates) => rotated(candidates, Math.random() < 0 ? 1 : 0)),
  ),
  broken('rank/no-clock-no-randomness', 'the hour of the day decides', () =>
    ordering((_request, candidates) => rotated(candidates, Date.now() % 1)),
  ),
  broken('rank/no-clock-no-randomness', 'it measures itself', () =>
    ordering((_request, candidates) => (performance.now() < 0 ? [] : candidates)),
  ),
  broken('stable/ignores-the-moment', 'the emptiest first is called stable', () =>
    ordering((_request, candidates) => candidates.toSorted((a, b) => a.usedBytes - b.usedBytes), true),
  ),
  broken('stable/ignores-the-moment', 'taking turns is called stable', () =>
    ordering(({ turn }, candidates) => rotated(candidates, turn), true),
  ),
  broken('stable/removal-keeps-order', 'the digest modulo the number of candidates decides', () =>
    ordering(({ digest }, candidates) => rotated(candidates, digest[0]), true),
  ),
  broken('copies/in-range', 'no copies at all', () => ({ copies: () => 0 })),
  broken('copies/in-range', 'one and a half copies', () => ({ copies: () => 1.5 })),
  broken('copies/in-range', 'copies in words', () => ({ copies: () => 'many' as 'all' })),
  broken('copies/deterministic', 'one copy more each time', () => {
    let copies = 0
    return { copies: () => ++copies }
  }),
  broken('tier/finite', 'the tier is a ratio of nothing to nothing', () => ({ tier: () => 0 / 0 })),
  broken('tier/deterministic', 'tiers are numbered as they are asked for', () => {
    let tiers = 0
    return { tier: () => tiers++ }
  }),
  broken('type/short-name', 'the type is a sentence', () => ({ type: 'My Strategy' })),
  broken('hostile/numbers', 'numbers are checked while ranking', () =>
    ordering((_request, candidates) => {
      if (candidates.some(({ costPerGb }) => !(costPerGb >= 0))) throw new RangeError('costPerGb')
      return candidates
    }),
  ),
  broken('hostile/numbers', 'places are found by cost', () =>
    ordering((_request, candidates) => {
      const costs = candidates.map(({ costPerGb }, i) => costPerGb + i * 10).toSorted((a, b) => a - b)
      return costs.flatMap((cost) => candidates.filter(({ costPerGb }, i) => costPerGb + i * 10 === cost))
    }),
  ),
  broken('hostile/requests', 'a block of 0 bytes is no block', () =>
    ordering(({ size }, candidates) => {
      if (size === 0) throw new RangeError('size')
      return candidates
    }),
  ),
  broken('hostile/twins', 'equal candidates are taken for one', () =>
    ordering((_request, candidates) =>
      candidates.map((one) => candidates.find((each) => each.costPerGb === one.costPerGb) ?? one),
    ),
  ),
  broken('hostile/tier-and-copies', 'copies follow from the size', () => ({
    copies: ({ size }) => (size === undefined ? undefined : Math.ceil(size / 1024)),
  })),
  broken('hostile/tier-and-copies', 'the size is checked in tier', () => ({
    tier({ size = 0 }) {
      if (size > 2 ** 32) throw new RangeError('size')
      return 0
    },
  })),
]

function rotated<C>(candidates: readonly C[], by: number): readonly C[] {
  if (candidates.length === 0) return candidates
  const at = Math.floor(by) % candidates.length
  return [...candidates.slice(at), ...candidates.slice(0, at)]
}
