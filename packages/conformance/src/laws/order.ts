import type { Strategy } from '@blockpool/core'
import { assertThat } from '../assert.ts'
import type { Scene } from '../types.ts'

export function idsOf(candidates: readonly { readonly id: string }[]): readonly string[] {
  return candidates.map(({ id }) => id)
}

/** The ids of the order, most wanted first. */
export function rankIds(strategy: Strategy, { request, candidates }: Scene): readonly string[] {
  return idsOf(strategy.rank(request, candidates))
}

/** Fails unless the order holds given candidates alone, each at most once. */
export function assertOrder(strategy: Strategy, { request, candidates }: Scene): void {
  const order = strategy.rank(request, candidates)
  const what = `the order of ${candidates.length} for a ${request.op}`
  assertThat(
    what,
    order.every((each) => candidates.includes(each)),
    'given candidates alone',
    idsOf(order),
  )
  assertThat(what, new Set(order).size === order.length, 'each candidate at most once', idsOf(order))
}
