import { byPriority, PoolError, type Strategy } from '@blockpool/core'

export interface ReplicatedOptions {
  /** Copies of each block; `'all'`: one on every attached backend with writes on. At least 1. @default 'all' */
  readonly copies?: number | 'all' | undefined
  /** Which backends come first: for the copies, when they are not all, and for reads. @default byPriority() */
  readonly strategy?: Strategy | undefined
}

/**
 * Says how many copies a block gets, and leaves the order to another strategy. Its number wins over the pool's and
 * over the nested strategy's. `'all'` counts backends that are down too: what they miss is owed, and the number of
 * copies that a put waits for does not shrink with them.
 *
 * @throws PoolError `ERR_INVALID_OPTIONS` when `copies` is neither 'all' nor a whole number of at least 1.
 */
export function replicated(options: ReplicatedOptions = {}): Strategy {
  const { copies = 'all', strategy = byPriority() } = options
  if (copies !== 'all' && !(Number.isSafeInteger(copies) && copies >= 1)) {
    throw new PoolError(
      'ERR_INVALID_OPTIONS',
      `replicated: copies must be 'all' or a whole number of at least 1, not ${String(copies)}`,
    )
  }
  const { tier } = strategy
  return {
    type: 'replicated',
    stable: strategy.stable,
    rank: (request, candidates) => strategy.rank(request, candidates),
    copies: () => copies,
    ...(tier && { tier: (request, candidate) => tier.call(strategy, request, candidate) }),
  }
}
