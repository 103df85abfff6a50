import {
  byPriority,
  type Candidate,
  PoolError,
  type RouteRequest,
  rankBy,
  type Strategy,
} from '@blockpool/core'

export interface SizeBasedOptions {
  /** Strategies for blocks and tiers from a size on; their order does not matter. @default none */
  readonly within?: readonly SizeBasedTier[] | undefined
  /** Orders the tiers that `within` does not reach. @default byPriority() */
  readonly strategy?: Strategy | undefined
}

export interface SizeBasedTier {
  /**
   * Bytes, at least 0, as a rule the `sizeThresholdBytes` of a tier: the strategy orders tiers whose threshold is at
   * least this, and says the copies of blocks of at least this size, both up to the next `fromBytes`.
   */
  readonly fromBytes: number
  readonly strategy: Strategy
}

/**
 * Backends with the same `sizeThresholdBytes` are a tier. A block goes to the tier with the largest threshold that
 * is not above its size; then to the next smaller ones, which are meant for blocks like it too; then to the larger
 * ones, the nearest first. Inside a tier: the order of the candidates, or that of a nested strategy, which has its
 * say on the copies too. Copies stay in the first tier while enough backends are there; tiers of a nested strategy do
 * not count for that.
 *
 * A read does not know the size. Its tiers go by ascending threshold: small blocks are the many, and the backends
 * for them are as a rule the quick ones, so that a look-up in vain costs the least there.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS` for a `fromBytes` that is out of range or stands there twice.
 */
export function sizeBased(options: SizeBasedOptions = {}): Strategy {
  const { within = [], strategy: otherwise = byPriority() } = options
  check(within)
  const descending = within.toSorted((a, b) => b.fromBytes - a.fromBytes)
  const strategyFor = (bytes: number | undefined): Strategy =>
    descending.find(({ fromBytes }) => bytes !== undefined && fromBytes <= bytes)?.strategy ?? otherwise

  return {
    type: 'size-based',
    stable: [otherwise, ...within.map((tier) => tier.strategy)].every((strategy) => strategy.stable),
    tier: (request, candidate) => distance(request.size, candidate.sizeThresholdBytes),
    copies: (request) => strategyFor(request.size).copies?.(request),
    rank<C extends Candidate>(request: RouteRequest, candidates: readonly C[]): readonly C[] {
      const ranked = rankBy(candidates, (c) => distance(request.size, c.sizeThresholdBytes))
      return tiers(ranked).flatMap((tier) => strategyFor(tier[0]?.sizeThresholdBytes).rank(request, tier))
    },
  }
}

/** Lowest for the tier that fits best: 0 to `size` for thresholds up to the size, and above it for larger ones. */
function distance(size: number | undefined, thresholdBytes: number): number {
  return size === undefined || thresholdBytes > size ? thresholdBytes : size - thresholdBytes
}

/** Cuts a ranking wherever the threshold changes. */
function tiers<C extends Candidate>(ranked: readonly C[]): (readonly C[])[] {
  const cut: (readonly C[])[] = []
  for (let from = 0, to = 1; from < ranked.length; to++) {
    if (to < ranked.length && ranked[from]?.sizeThresholdBytes === ranked[to]?.sizeThresholdBytes) continue
    cut.push(ranked.slice(from, to))
    from = to
  }
  return cut
}

function check(within: readonly SizeBasedTier[]): void {
  const sizes = within.map((tier) => tier.fromBytes)
  const wrong = sizes.find((bytes, i) => !(bytes >= 0 && Number.isFinite(bytes)) || sizes.indexOf(bytes) < i)
  if (wrong === undefined) return
  throw new PoolError(
    'ERR_INVALID_OPTIONS',
    `size-based: each fromBytes must be a finite number of at least 0 and stand there once, not ${wrong}`,
  )
}
