import { isIdentity } from '../block.ts'
import { ask } from '../maintenance/turn.ts'
import { whyNotRead, whyNotWrite } from '../plan/eligibility.ts'
import type { Spread } from '../plan/spread.ts'
import type { BackendStats, CallCounts, Explanation, Location, PoolStats } from '../stats.ts'
import type { RouteRequest } from '../strategy.ts'
import type { PoolContext, Subject } from './context.ts'
import type { Member } from './member.ts'
import { inReadOrder } from './read.ts'
import { planWrite } from './write-plan.ts'

/** Everything that is known about the pool now. */
export function statsOf(context: PoolContext): PoolStats {
  const { members, options } = context
  const all = members.all.map(backendStats)
  const capacities = all.map(({ capacityBytes }) => capacityBytes)
  const measured = members.all.map(({ readLatency }) => readLatency.ms).filter((ms) => ms !== undefined)
  return {
    ...sumCounts(all),
    backends: Object.fromEntries(all.map((stats) => [stats.id, stats])),
    totalBackends: all.length,
    healthyBackends: all.filter(({ healthy }) => healthy).length,
    capacityBytes: capacities.every((bytes) => bytes !== undefined) ? sum(capacities) : undefined,
    usedBytes: sum(all.map(({ usedBytes }) => usedBytes)),
    averageCostPerGb: mean(all.map(({ costPerGb }) => costPerGb)),
    averageLatencyMs: mean(measured),
    hints: context.locations.hints.size,
    debts: context.debts.size,
    tombstones: context.debts.tombstones,
    leastCopies: context.leastCopies,
    failovers: context.failovers,
    hedges: context.hedges?.made ?? 0,
    repairs: context.repaired,
    copies: options.copies,
    strategy: options.strategy.type,
    durability: options.durability,
  }
}

function backendStats(member: Member): BackendStats {
  const { id, type, traits, usedBytes, capacityBytes, inFlight, readLatencyMs, writeLatencyMs } = member
  const room = capacityBytes === undefined ? undefined : Math.max(0, capacityBytes - usedBytes)
  return {
    ...member.settings,
    ...member.counts,
    id,
    type,
    traits,
    healthy: isHealthy(member),
    unhealthyReason: member.unhealthyReason,
    breakers: { read: member.readBreaker.state, write: member.writeBreaker.state },
    blocks: member.blocks,
    usedBytes: Math.round(usedBytes),
    freeBytes: least(room, member.freeBytes),
    inFlight,
    readLatencyMs,
    writeLatencyMs,
    lastHealthCheck: member.lastHealthCheck,
  }
}

function isHealthy({ unhealthyReason, readBreaker, writeBreaker }: Member): boolean {
  return unhealthyReason === undefined && readBreaker.state === 'closed' && writeBreaker.state === 'closed'
}

/** For each backend its place in the order for this request, or the reason why it may not serve. */
export function explain(
  context: PoolContext,
  subject: Subject,
  op: 'read' | 'write',
  size: number,
): readonly Explanation[] {
  const request = context.request(op, subject, op === 'write' ? size : undefined, true)
  return op === 'write'
    ? explainWrite(context, subject, request, size)
    : explainRead(context, subject, request)
}

function explainWrite(
  context: PoolContext,
  subject: Subject,
  request: RouteRequest,
  size: number,
): readonly Explanation[] {
  const { members, unsettled } = context
  const now = context.options.clock.now()
  const waits = (member: Member): boolean => unsettled.has(subject.key, member)
  const plan = planWrite(
    context,
    request,
    members.writers(size, now).filter((member) => !waits(member)),
  )
  const targets = targetsOf(plan.spread, plan.copies)
  return members.all.map((member): Explanation => {
    const backend = member.id
    const rank = plan.ranked.indexOf(member)
    if (rank >= 0) return { backend, rank, target: targets.includes(member) }
    const reason =
      whyNotWrite(member, size, now) ?? (waits(member) ? 'an earlier call is unsettled' : undefined)
    return { backend, target: false, reason: reason ?? 'forbidden by the strategy' }
  })
}

function explainRead(context: PoolContext, subject: Subject, request: RouteRequest): readonly Explanation[] {
  const asked = [context.hinted(subject), context.members.readers].flatMap((members) =>
    inReadOrder(context, request, members),
  )
  const order = [...new Set(asked)]
  return context.members.all.map((member): Explanation => {
    const backend = member.id
    const rank = order.indexOf(member)
    if (rank >= 0) return { backend, rank, target: rank === 0 }
    return { backend, target: false, reason: whyNotRead(member) ?? 'forbidden by the strategy' }
  })
}

function targetsOf(spread: Spread<Member>, copies: number): readonly Member[] {
  const targets: Member[] = []
  const holdsZone = (zone: string): boolean => targets.some((member) => member.zone === zone)
  while (targets.length < copies) {
    const next = spread.next({ holdsZone, fits: () => true })
    if (!next) break
    targets.push(next)
  }
  return targets
}

/** Asks every backend that can be asked whether it holds the block. */
export async function locate(context: PoolContext, subject: Subject): Promise<readonly Location[]> {
  if (isIdentity(subject.cid)) return []
  const bad = context.corruptAt(subject)
  return Promise.all(
    context.members.all.map(async (member): Promise<Location> => {
      const backend = member.id
      if (bad.has(member.location)) return { backend, state: 'corrupt' }
      if (member.unhealthyReason === 'not open')
        return { backend, state: 'unknown', error: member.unhealthyReason }
      const { outcome, error } = await ask(context, member, 'has', subject)
      if (outcome === 'ok') return { backend, state: 'present' }
      return outcome === 'missing' ? { backend, state: 'missing' } : { backend, state: 'unknown', error }
    }),
  )
}

function sumCounts(all: readonly CallCounts[]): CallCounts {
  const total = (field: keyof CallCounts): number => sum(all.map((counts) => counts[field]))
  return {
    operations: total('operations'),
    ok: total('ok'),
    missing: total('missing'),
    errors: total('errors'),
    aborted: total('aborted'),
    reads: total('reads'),
    bytesRead: total('bytesRead'),
    writes: total('writes'),
    bytesWritten: total('bytesWritten'),
    corrupt: total('corrupt'),
  }
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}
