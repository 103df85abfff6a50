import type { BackendOutcome } from '../errors.ts'
import { whyNotWrite } from '../plan/eligibility.ts'
import { survives } from '../plan/quorum.ts'
import { Spread } from '../plan/spread.ts'
import type { RouteRequest } from '../strategy.ts'
import type { PoolContext } from './context.ts'
import type { Member } from './member.ts'

/** Where a block may go: the copies wanted, the order, and what the strategy left out. */
export interface WritePlan {
  readonly copies: number
  readonly spread: Spread<Member>
  readonly ranked: readonly Member[]
}

/** Plans the copies of a block among the candidates. */
export function planWrite(
  context: PoolContext,
  request: RouteRequest,
  candidates: readonly Member[],
): WritePlan {
  const { strategy } = context.options
  const copies = copiesOf(context, request)
  const ranked = strategy.rank(request, candidates)
  const tiers = strategy.tier && ranked.map((member) => strategy.tier?.(request, member) ?? 0)
  return { copies, ranked, spread: new Spread(ranked, copies, tiers) }
}

/** Copies wanted of this block. `'all'` means all backends with writes on that stay, healthy or not. */
export function copiesOf(context: PoolContext, request: RouteRequest): number {
  const { options, members } = context
  const asked = options.strategy.copies?.(request) ?? options.copies
  if (asked !== 'all') return asked
  let staying = 0
  for (const member of members.all) if (member.write && !member.draining) staying++
  return Math.max(1, staying)
}

/** Whether a copy there counts for the quorum. */
export function counts({ options }: PoolContext, member: Member): boolean {
  return member.read && survives(member.traits.durability, options.durability)
}

/** For each backend why it would not be asked to take a block of this size. */
export function unasked(
  { members, options }: PoolContext,
  ranked: readonly Member[],
  size: number,
): readonly (readonly [string, BackendOutcome])[] {
  return members.all.map((member) => {
    const why = whyNotWrite(member, size, options.clock.now())
    const otherwise = ranked.includes(member) ? 'its copy would not count' : 'forbidden by the strategy'
    return [member.id, { outcome: why === 'over capacity' ? 'full' : 'permanent', reason: why ?? otherwise }]
  })
}
