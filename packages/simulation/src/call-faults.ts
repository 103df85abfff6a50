import { PoolError } from '@blockpool/core'
import type { ArmedFault, Disk, Surroundings } from './disk.ts'
import type { FaultKind } from './fault-kinds.ts'
import type { FlightPlan, Verb } from './flight.ts'
import type { Random } from './random.ts'

/** How long a flapping disk is up, and then down, in milliseconds. */
const FLAP_MS = 40

interface Planned {
  readonly plan: FlightPlan
  /** It is known now that the call is hit; otherwise it is counted when its effect is. */
  readonly fires: boolean
}

/** What the next call of a disk meets: the first armed fault that fits it. */
export function planCall(disk: Disk, surroundings: Surroundings, verb: Verb): FlightPlan | undefined {
  for (const fault of disk.armed) {
    const planned = planFault(fault, disk, surroundings, verb)
    if (!planned) continue
    fault.calls--
    if (planned.fires) surroundings.fired[fault.kind]++
    return planned.plan
  }
  return undefined
}

/** Undefined when the fault leaves this call alone. */
function planFault(
  { kind, untilMs }: ArmedFault,
  disk: Disk,
  { clock, opensHang }: Surroundings,
  verb: Verb,
): Planned | undefined {
  const replyMs = drawLatency(disk)
  switch (kind) {
    case 'EIO':
    case 'EMFILE':
      return fires({ replyMs, error: failure(kind, disk.random) })
    case 'flapping': {
      const down = Math.floor((untilMs - clock.now()) / FLAP_MS) % 2 === 0
      return down ? fires({ replyMs, error: failure('ECONNREFUSED', disk.random) }) : undefined
    }
    case 'slow x100':
      return verb === 'open' && !opensHang ? undefined : fires(slow(disk, replyMs))
    case 'hang':
      return verb === 'open' && !opensHang ? undefined : fires(hang(disk, verb))
    case 'bit flip':
    case 'truncation':
      return verb === 'get' ? { fires: false, plan: { effectMs: replyMs, replyMs, alter: kind } } : undefined
    default:
      return planWriteFault(kind, disk, verb, replyMs)
  }
}

function planWriteFault(kind: FaultKind, disk: Disk, verb: Verb, replyMs: number): Planned | undefined {
  const { random } = disk
  if (kind === 'error after effect') {
    if (!writes(verb)) return undefined
    return fires({ effectMs: random.between(0, replyMs), replyMs, error: failure('ECONNRESET', random) })
  }
  if (kind === 'effect after the timeout') return writes(verb) ? lateEffect(disk, replyMs) : undefined
  if (verb !== 'put') return undefined
  switch (kind) {
    case 'ENOSPC':
      return fires({ replyMs, error: new PoolError('ERR_FULL', 'ENOSPC') })
    case 'torn write': {
      const error = random.chance(0.7) ? failure('EIO', random) : undefined
      return { fires: false, plan: { effectMs: replyMs, replyMs, alter: kind, error } }
    }
    case 'acknowledged and lost':
      return { fires: false, plan: { effectMs: replyMs, replyMs, alter: kind } }
    default:
      return undefined
  }
}

function slow(disk: Disk, replyMs: number): FlightPlan {
  const slowMs = Math.max(1, replyMs) * 100
  const onAbort = disk.random.chance(0.5) ? 'ends' : 'nothing'
  return { effectMs: disk.random.between(0, slowMs), replyMs: slowMs, onAbort }
}

/** Answers much later, when it is aborted, or not before the disk is healed. */
function hang(disk: Disk, verb: Verb): FlightPlan {
  const { random, plan } = disk
  const { timeoutMs } = plan.settings
  const onAbort = random.chance(0.5) ? 'ends' : 'nothing'
  const effectMs = writes(verb) && random.chance(0.5) ? random.below(timeoutMs) : undefined
  if (random.chance(0.5)) return { effectMs, onAbort }
  const replyMs = timeoutMs * random.between(1, 5) + random.below(100)
  return { effectMs: effectMs ?? replyMs, replyMs, onAbort }
}

function lateEffect(disk: Disk, replyMs: number): Planned {
  const { random, plan } = disk
  const { timeoutMs } = plan.settings
  const way = plan.lateEffects === false ? 2 : random.below(3)
  if (way === 0) {
    const error = new PoolError('ERR_BACKEND', 'the connection was cut', { retryable: true, unsettled: true })
    return fires({ effectMs: replyMs + random.below(timeoutMs), replyMs, error })
  }
  // Counted when the effect comes: the pool may not wait long enough to give it up.
  if (way === 1) return { fires: false, plan: { onAbort: 'late' } }
  const lateMs = timeoutMs + 50 + random.below(3 * timeoutMs)
  return fires({ effectMs: lateMs, replyMs: lateMs })
}

/** How long a call of this disk takes when nothing is wrong, in whole milliseconds. */
export function drawLatency({ plan, random }: Disk): number {
  return plan.latencyMs === 0 ? 0 : random.below(plan.latencyMs + 1)
}

function writes(verb: Verb): boolean {
  return verb === 'put' || verb === 'delete'
}

function fires(plan: FlightPlan): Planned {
  return { plan, fires: true }
}

/** As a driver of ours says it, or as a foreign one lets it through. */
function failure(code: string, random: Random): unknown {
  if (random.chance(0.3)) return Object.assign(new Error(code), { code })
  return new PoolError('ERR_BACKEND', code, { retryable: random.chance(0.7) })
}
